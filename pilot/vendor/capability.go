package vendor

import "github.com/coachgov/coaching/internal/enum"

// A Capability is something that a vendor guarantees in writing. The zero
// Capability is none.
type Capability uint8

// The five must-haves first (PIL-136).
const (
	UnknownCapability Capability = iota
	APIFirst                     // everything that the screens do, an interface does
	SSO                          // single sign-on
	SCIM                         // people are provisioned and removed by SCIM
	DataResidency                // the place where data are kept is guaranteed
	ExportRights                 // anonymised signal packs may be exported, by contract

	CSVIngestion   // takes CSV files or calls to its interface: little friction for a pilot
	ModelInputs    // shows what its model was given
	ModelCard      // gives a model card or a list of features
	Lineage        // says where each figure comes from
	RoleGovernance // access by role
	KPIJoins       // joins HR, performance and business figures
)

var capabilityNames = [...]string{
	"unknown", "api_first", "sso", "scim", "data_residency", "export_rights",
	"csv_ingestion", "model_inputs", "model_card", "lineage", "role_governance", "kpi_joins",
}

// String returns the name used in files, such as "api_first".
func (c Capability) String() string { return enum.Name(capabilityNames[:], c, "Capability") }

// MarshalText returns the name used in files.
func (c Capability) MarshalText() ([]byte, error) {
	return enum.Marshal(capabilityNames[:], c, "vendor: capability")
}

// UnmarshalText accepts the names of the capabilities.
func (c *Capability) UnmarshalText(text []byte) error {
	return unmarshalKnown(capabilityNames[:], c, "vendor: capability", text)
}

// MustHaves returns the five that every vendor offers (PIL-136), in the order of
// their declaration.
func MustHaves() []Capability {
	return []Capability{APIFirst, SSO, SCIM, DataResidency, ExportRights}
}

// EnterpriseDemands returns the three that an analytics platform offers beyond a
// pilot (PIL-142), in the order of their declaration.
func EnterpriseDemands() []Capability { return []Capability{Lineage, RoleGovernance, KPIJoins} }

// A Stage says how far buying has come; each stage demands what those before it
// did. The zero Stage is not known, and demands everything.
type Stage uint8

// The stages in order.
const (
	UnknownStage Stage = iota
	Shortlist          // vendors are being named
	Procurement        // a contract is about to be signed
	Launch             // the pilot is about to begin
	Run                // coaches work with the vendor
	Enterprise         // the programme goes beyond the pilot
)

var stageNames = [...]string{"unknown", "shortlist", "procurement", "launch", "run", "enterprise"}

// String returns the name used in files, such as "procurement".
func (s Stage) String() string { return enum.Name(stageNames[:], s, "Stage") }

// demands reports whether what a stage demands is demanded at s.
func (s Stage) demands(from Stage) bool { return s == UnknownStage || s >= from }
