package signal

import (
	_ "embed"
	"fmt"
	"strconv"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// CatalogueSchema is the version of a file of definitions.
const CatalogueSchema = "signal-catalogue/v1"

//go:embed catalogue.json
var catalogueFile []byte

// Catalogue returns the built-in definitions in the order of their IDs: signals
// of collaboration metadata, surveys, people analytics, business figures,
// learning systems and interviews, to start from. A definition in it is a
// hypothesis that nobody has yet judged; where a programme must set a target
// band, the direction is [Context] until it does. Some are there as outcomes
// only, and say so by their cadence.
func Catalogue() ([]Definition, coaching.Findings) {
	return ParseDefinitions("catalogue.json", catalogueFile)
}

// ParseDefinitions reads a YAML or JSON file of definitions, chosen by the name's
// ending. Every fault of the file comes back at once, with positions: those of
// the document, and those of [Definition.Check]. It answers no definition when
// one blocks. The definitions keep the file's order; two with the same ID are a
// fault (SIG-DEF).
func ParseDefinitions(file string, data []byte) ([]Definition, coaching.Findings) {
	node, fs := yaml.ParseFile(file, data)
	if node == nil || fs.Blocked() {
		return nil, fs
	}
	var parsed definitionsFile
	positions, more := document.Decode(file, node, &parsed)
	fs = append(fs, more...)
	if fs.Blocked() {
		return nil, fs
	}
	seen := map[string]bool{}
	definitions := make([]Definition, 0, len(parsed.Signals))
	for i, text := range parsed.Signals {
		path := fmt.Sprintf("signals[%d]", i)
		d, err := text.definition()
		found := d.Check()
		if err != nil {
			found = append(found, coaching.Finding{Code: "SIG-DEF", Message: err.Error()})
		}
		if seen[d.ID] {
			found = append(found, coaching.Finding{Code: "SIG-DEF", Path: "id", Message: "another definition has this id"})
		}
		seen[d.ID] = true
		for _, f := range found {
			f.File, f.Path = file, path+"."+f.Path
			f.Line, f.Column = positions.At(f.Path)
			fs = append(fs, f)
		}
		definitions = append(definitions, d)
	}
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	return definitions, fs
}

// definitionsFile is the file as it is written. Numbers are decimals in quotes.
type definitionsFile struct {
	Schema  string           `json:"schema" doc:"enum=signal-catalogue/v1"`
	Signals []definitionText `json:"signals"`
}

type definitionText struct {
	ID        string    `json:"id" doc:"ident"`
	Version   int       `json:"version" doc:"min=1"`
	Name      string    `json:"name"`
	Source    Source    `json:"source"`
	Kind      Kind      `json:"kind"`
	Soft      bool      `json:"soft" doc:"optional"`
	Unit      string    `json:"unit"`
	Direction Direction `json:"direction"`
	Target    *bandText `json:"target" doc:"optional"`
	Cadence   Cadence   `json:"cadence"`
	Class     DataClass `json:"class"`
	Grain     Grain     `json:"grain"`
	Timing    Timing    `json:"timing"`
	Expr      struct {
		Op        Op       `json:"op"`
		Num       []string `json:"num"`
		Den       []string `json:"den" doc:"optional"`
		Threshold string   `json:"threshold" doc:"optional,decimal"`
	} `json:"expr"`
	Range     *bandText `json:"range" doc:"optional"`
	Transform Transform `json:"transform" doc:"optional"`
	Behaviour string    `json:"behaviour"`
	Path      struct {
		Signal    string `json:"signal"`
		Behaviour string `json:"behaviour"`
		Outcome   string `json:"outcome"`
	} `json:"path"`
	Explain     string   `json:"explain"`
	ProxyRisks  []string `json:"proxy_risks"`
	BlindSpots  []string `json:"blind_spots"`
	Restriction string   `json:"restriction" doc:"optional"`
}

type bandText struct {
	Low  string `json:"low" doc:"decimal"`
	High string `json:"high" doc:"decimal"`
}

func (b *bandText) band() (*Band, error) {
	if b == nil {
		return nil, nil
	}
	low, err := strconv.ParseFloat(b.Low, 64)
	if err != nil {
		return nil, err
	}
	high, err := strconv.ParseFloat(b.High, 64)
	if err != nil {
		return nil, err
	}
	return &Band{low, high}, nil
}

// definition turns the file's texts into a Definition. The document reader has
// seen to it that decimals are decimals; one beyond a float64 is still an error.
func (t definitionText) definition() (d Definition, err error) {
	d = Definition{
		ID: t.ID, Version: t.Version, Name: t.Name, Source: t.Source, Kind: t.Kind, Soft: t.Soft, Unit: t.Unit,
		Direction: t.Direction, Cadence: t.Cadence, Class: t.Class, Grain: t.Grain, Timing: t.Timing,
		Expr: Expr{Op: t.Expr.Op, Num: t.Expr.Num, Den: t.Expr.Den}, Transform: t.Transform, Behaviour: t.Behaviour,
		Path: CausalPath(t.Path), Explain: t.Explain, ProxyRisks: t.ProxyRisks, BlindSpots: t.BlindSpots, Restriction: t.Restriction,
	}
	if d.Target, err = t.Target.band(); err != nil {
		return d, fmt.Errorf("a bound of the target is out of range")
	}
	if d.Range, err = t.Range.band(); err != nil {
		return d, fmt.Errorf("a bound of the range is out of range")
	}
	if t.Expr.Threshold != "" {
		if d.Expr.Threshold, err = strconv.ParseFloat(t.Expr.Threshold, 64); err != nil {
			return d, fmt.Errorf("the threshold is out of range")
		}
	}
	return d, nil
}
