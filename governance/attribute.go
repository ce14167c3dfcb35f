package governance

import (
	"encoding/hex"
	"math/bits"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A kind is the type of an attribute, a parameter or a sub-expression.
type kind uint8

const (
	kindOther    kind = iota // outside the typed fragment
	kindBool                 // 0 or 1
	kindInt                  // a whole number
	kindDuration             // nanoseconds
	kindTime                 // nanoseconds since 1970 in UTC
	kindEnum                 // index into a list of names
	kindSet                  // one bit for each name of a list
	kindText                 // an identifier of the host
	kindPerson               // a coaching.PersonID
)

var kindNames = [...]string{"other", "bool", "int", "duration", "timestamp", "enum", "set", "text", "person"}

func (k kind) String() string { return kindNames[k] }

// An attr is one attribute of a request, as an index into attributes.
type attr uint8

const (
	attrAction attr = iota
	attrPurpose
	attrNow
	attrSubjectID
	attrSubjectRole
	attrSubjectTrained
	attrSubjectProgramme
	attrType
	attrID
	attrProgramme
	attrResidency
	attrClass
	attrOwner
	attrAssignedCoach
	attrCreatedAt
	attrAge
	attrPastRetention
	attrGroupSize
	attrIdentifiable
	attrLegalHold
	attrStanding
	attrControl
	attrAutomated
	attrModelCard
	attrExplained
	attrAffects
	attrConsentPurposes
	attrApprovalCount
	attrApprovalRoles
	attrReviewDone
	attrReviewRole
	attrReviewRationale
	attrReviewAge
	attrCount
	// attrLimit leaves room for the host's own, which begin at attrCount.
	attrLimit = attrCount + MaxExtensions
)

// An attribute is one word that a rule may use.
type attribute struct {
	name     string // as in rules: "resource.age"
	kind     kind
	names    []string // of an enum or a set
	optional bool     // may be absent: a rule must ask has() before it reads it
}

// attributes is indexed by attr. Those of the host's own are of no kind here: the
// policy that declares them knows them.
var attributes = [attrLimit]attribute{
	attrAction:           {name: "action", kind: kindEnum, names: actionNames[:]},
	attrPurpose:          {name: "purpose", kind: kindEnum, names: purposeNames[:]},
	attrNow:              {name: "now", kind: kindTime},
	attrSubjectID:        {name: "subject.id", kind: kindPerson},
	attrSubjectRole:      {name: "subject.role", kind: kindEnum, names: roleNames[:]},
	attrSubjectTrained:   {name: "subject.trained", kind: kindBool},
	attrSubjectProgramme: {name: "subject.programme", kind: kindText, optional: true},
	attrType:             {name: "resource.type", kind: kindEnum, names: resourceNames[:]},
	attrID:               {name: "resource.id", kind: kindText},
	attrProgramme:        {name: "resource.programme", kind: kindText, optional: true},
	attrResidency:        {name: "resource.residency", kind: kindText, optional: true},
	attrClass:            {name: "resource.class", kind: kindEnum, names: classNames[:]},
	attrOwner:            {name: "resource.owner", kind: kindPerson, optional: true},
	attrAssignedCoach:    {name: "resource.assigned_coach", kind: kindPerson, optional: true},
	attrCreatedAt:        {name: "resource.created_at", kind: kindTime, optional: true},
	attrAge:              {name: "resource.age", kind: kindDuration, optional: true},
	attrPastRetention:    {name: "resource.past_retention", kind: kindBool, optional: true},
	attrGroupSize:        {name: "resource.group_size", kind: kindInt, optional: true},
	attrIdentifiable:     {name: "resource.identifiable", kind: kindBool, optional: true},
	attrLegalHold:        {name: "resource.legal_hold", kind: kindBool, optional: true},
	attrStanding:         {name: "resource.standing", kind: kindEnum, names: standingNames[:]},
	attrControl:          {name: "resource.control", kind: kindBool},
	attrAutomated:        {name: "resource.automated", kind: kindBool, optional: true},
	attrModelCard:        {name: "resource.model_card", kind: kindBool},
	attrExplained:        {name: "resource.explained", kind: kindBool},
	attrAffects:          {name: "resource.affects", kind: kindSet, names: effectNames[:], optional: true},
	attrConsentPurposes:  {name: "consent.purposes", kind: kindSet, names: purposeNames[:]},
	attrApprovalCount:    {name: "approval.count", kind: kindInt},
	attrApprovalRoles:    {name: "approval.roles", kind: kindSet, names: roleNames[:]},
	attrReviewDone:       {name: "review.done", kind: kindBool},
	attrReviewRole:       {name: "review.role", kind: kindEnum, names: roleNames[:]},
	attrReviewRationale:  {name: "review.rationale_length", kind: kindInt},
	attrReviewAge:        {name: "review.age", kind: kindDuration, optional: true},
}

// optional reports whether an attribute may be absent.
func (a attr) optional() bool { return a >= attrCount || attributes[a].optional }

// The names of enums that other packages declare, repeated here so that the
// table above is a literal; a test compares them with their owners.
var (
	roleNames = [...]string{
		"none", "participant", "coach", "program_admin", "legal_privacy", "privacy_officer",
		"ld_sponsor", "sponsor", "coaching_lead", "people_analytics", "data_owner", "steward",
		"integration_owner", "product_owner", "attribution_reviewer", "hr_reviewer", "system",
	}
	classNames    = [...]string{"raw", "pseudonymous", "aggregate"}
	standingNames = [...]string{"candidate", "cleared", "restricted", "paused", "retired"}
)

// facts is a request in the form that rules read: one slot for each attribute.
type facts struct {
	present uint64           // bit a is set when attribute a is present
	place   string           // where the resource is kept
	num     [attrLimit]int64 // every kind but text and person
	id      string
	prog    string               // of the resource
	member  string               // the programme in which the subject holds the role
	person  [3]coaching.PersonID // subject, owner, assigned coach
}

func (f *facts) has(a attr) bool { return f.present&(1<<a) != 0 }

func (f *facts) set(a attr, v int64) {
	f.num[a] = v
	f.present |= 1 << a
}

func (f *facts) setBool(a attr, v bool) {
	if v {
		f.set(a, 1)
	} else {
		f.set(a, 0)
	}
}

// text returns the value of an attribute of kind text.
func (f *facts) text(a attr) string {
	switch a {
	case attrID:
		return f.id
	case attrSubjectProgramme:
		return f.member
	case attrResidency:
		return f.place
	}
	return f.prog
}

func (f *facts) setText(a attr, v string) {
	switch a {
	case attrID:
		f.id = v
	case attrSubjectProgramme:
		f.member = v
	case attrResidency:
		f.place = v
	default:
		f.prog = v
	}
}

// personOf returns the value of an attribute of kind person.
func (f *facts) personOf(a attr) coaching.PersonID { return f.person[a.person()] }

// person returns the slot of an attribute of kind person.
func (a attr) person() int {
	switch a {
	case attrSubjectID:
		return 0
	case attrOwner:
		return 1
	}
	return 2
}

// always holds the attributes that every valid request has.
const always = 1<<attrAction | 1<<attrPurpose | 1<<attrNow | 1<<attrSubjectID | 1<<attrSubjectRole | 1<<attrSubjectTrained |
	1<<attrType | 1<<attrID | 1<<attrClass | 1<<attrStanding | 1<<attrControl | 1<<attrModelCard | 1<<attrExplained |
	1<<attrConsentPurposes | 1<<attrApprovalCount | 1<<attrApprovalRoles | 1<<attrReviewDone | 1<<attrReviewRole | 1<<attrReviewRationale

// read fills the slots from a valid request. The digest is that of the request,
// known where an approval or a review made it necessary.
func (f *facts) read(r *Request) (digest RequestDigest, known bool) {
	// The numbers of attributes that are not present are not read. What is present
	// is put together here and not in f: a bit at a time there waits for the last.
	present := uint64(always)
	res := &r.Resource
	f.id, f.prog, f.member, f.place = res.ID, res.Programme, r.Subject.Programme, res.Residency
	f.person[0], f.person[1], f.person[2] = r.Subject.ID, res.Owner, res.AssignedCoach
	now := r.Now.UnixNano()
	f.num[attrAction] = int64(r.Action)
	f.num[attrPurpose] = int64(r.Purpose)
	f.num[attrNow] = now
	f.num[attrSubjectRole] = int64(r.Subject.Role)
	f.num[attrSubjectTrained] = number01(r.Subject.Trained)
	present |= uint64(number01(r.Subject.Programme != "")) << attrSubjectProgramme

	cls := class(res)
	f.num[attrType] = int64(res.Type)
	f.num[attrClass] = int64(cls)
	present |= uint64(number01(res.Programme != "")) << attrProgramme
	present |= uint64(number01(res.Residency != "")) << attrResidency
	present |= uint64(number01(!res.Owner.IsZero())) << attrOwner
	present |= uint64(number01(!res.AssignedCoach.IsZero())) << attrAssignedCoach
	if !res.CreatedAt.IsZero() {
		created := res.CreatedAt.UnixNano()
		f.num[attrCreatedAt] = created
		f.num[attrAge] = now - created
		f.num[attrPastRetention] = number01(pastRetention(cls, created, now))
		present |= 1<<attrCreatedAt | 1<<attrAge | 1<<attrPastRetention
	}
	f.num[attrGroupSize] = int64(res.GroupSize)
	present |= uint64(number01(res.GroupSize > 0)) << attrGroupSize
	f.num[attrIdentifiable] = number01(res.Identifiable == Yes)
	present |= uint64(number01(res.Identifiable != Unknown)) << attrIdentifiable
	f.num[attrLegalHold] = number01(res.LegalHold == Yes)
	present |= uint64(number01(res.LegalHold != Unknown)) << attrLegalHold
	f.num[attrStanding] = int64(res.Standing)
	f.num[attrControl] = number01(res.Control)
	f.num[attrAutomated] = number01(res.Automated == Yes)
	present |= uint64(number01(res.Automated != Unknown)) << attrAutomated
	f.num[attrModelCard] = number01(res.ModelCard)
	f.num[attrExplained] = number01(res.Explained)
	f.num[attrAffects] = int64(res.Affects)
	present |= uint64(number01(res.Affects != 0)) << attrAffects
	f.num[attrConsentPurposes] = consented(r)

	f.num[attrApprovalCount], f.num[attrApprovalRoles] = 0, 0
	f.num[attrReviewDone], f.num[attrReviewRole], f.num[attrReviewRationale] = 0, 0, 0
	if known = len(r.Approvals) > 0 || !r.Review.Reviewer.IsZero(); known {
		digest = r.digest()
		var held [2 * len(digest)]byte // as approvals and reviews hold it
		hex.Encode(held[:], digest[:])
		f.num[attrApprovalCount], f.num[attrApprovalRoles] = approved(r, held[:])
		if v := &r.Review; reviewed(r, held[:]) {
			f.num[attrReviewDone] = 1
			f.num[attrReviewRole] = int64(v.Role)
			f.num[attrReviewRationale] = rationaleLength(v.Rationale)
			f.num[attrReviewAge] = int64(r.Now.Sub(v.At))
			present |= 1 << attrReviewAge
		}
	}
	f.present = present
	return digest, known
}

// number01 returns 1 for true and 0 for false.
func number01(v bool) (n int64) {
	if v {
		n = 1
	}
	return n
}

// class returns the resource's data class. Whatever is stated, traces are raw,
// and an identity is one person's.
func class(res *Resource) signal.DataClass {
	switch {
	case res.Type == ResourceTrace:
		return signal.Raw
	case res.Type == ResourceIdentity && res.Class == signal.Aggregate:
		return signal.Pseudonymous
	}
	return res.Class
}

// rationaleLength returns the number of characters that a reader sees: without
// what is invisible or only marks the character before it, and with each run of
// white space inside as one.
func rationaleLength(text string) (n int64) {
	gap := int64(0)
	i := 0
	for ; i < len(text) && text[i] < utf8.RuneSelf; i++ { // most are ASCII to the end
		switch c := text[i]; {
		case '!' <= c && c <= '~':
			n += gap + 1
			gap = 0
		case c == ' ' || '\t' <= c && c <= '\r':
			gap = min(n, 1)
		}
	}
	for _, r := range text[i:] {
		switch {
		case unicode.IsSpace(r):
			gap = min(n, 1)
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Other_Default_Ignorable_Code_Point) || r == brailleBlank:
		case unicode.IsGraphic(r):
			n += gap + 1
			gap = 0
		}
	}
	return n
}

// brailleBlank is a symbol to Unicode, and a space to a reader.
const brailleBlank = '\u2800'

// consented returns the purposes to which the owner has agreed, as a set.
func consented(r *Request) int64 {
	if len(r.Consents) == 0 || r.Resource.Owner.IsZero() {
		return 0
	}
	if len(r.Resource.Signals) == 0 {
		return held(r, "")
	}
	set := ^int64(0)
	for _, s := range r.Resource.Signals {
		if set &= held(r, s); set == 0 {
			break
		}
	}
	return set
}

// held returns the purposes for which the owner, who is known, has agreed to the
// use of one signal, as a set. It says what holds does: without a withdrawal one
// grant is enough.
func held(r *Request, name string) int64 {
	var granted, withdrawn int64
	for i := range r.Consents {
		c := &r.Consents[i]
		if c.Signal != name || c.Participant != r.Resource.Owner {
			continue
		}
		switch {
		case !c.Withdrawn.IsZero() && !c.Withdrawn.After(r.Now):
			withdrawn |= 1 << purposeOf(c.Purpose)
		case c.Notice == r.Notice && c.Granted.After(time.Time{}) && !c.Granted.After(r.Now) && (c.Expires.IsZero() || c.Expires.After(r.Now)):
			// What [signal.Consent.At] says, which would copy it first.
			granted |= 1 << purposeOf(c.Purpose)
		}
	}
	granted &^= 1 << UnknownPurpose
	for both := uint64(granted & withdrawn); both != 0; both &= both - 1 {
		if p := bits.TrailingZeros64(both); !holds(r, name, purposeNames[p]) {
			granted &^= 1 << p
		}
	}
	return granted
}

// purposeOf returns the purpose of a name, UnknownPurpose when it is none.
func purposeOf(name string) Purpose {
	for p := ForCoaching; int(p) < len(purposeNames); p++ {
		if purposeNames[p] == name {
			return p
		}
	}
	return UnknownPurpose
}

// holds reports whether the owner, who is known, has agreed to the use of one
// signal after reading the notice that is in force. As in
// [signal.ConsentList.Holds], who withdraws one consent withdraws all that were
// granted by then, whichever notice they name.
func holds(r *Request, name, purpose string) bool {
	var granted, withdrawn time.Time // the latest of each
	for i := range r.Consents {
		c := &r.Consents[i]
		if c.Participant != r.Resource.Owner || c.Signal != name || c.Purpose != purpose {
			continue
		}
		if c.Notice == r.Notice && c.At(r.Now) && c.Granted.After(granted) {
			granted = c.Granted
		}
		if !c.Withdrawn.After(r.Now) && c.Withdrawn.After(withdrawn) {
			withdrawn = c.Withdrawn
		}
	}
	return granted.After(withdrawn)
}

// approved returns the number of different people whose approval of the request
// with this digest is valid, and the set of their roles; none after a refusal.
func approved(r *Request, digest []byte) (count, roles int64) {
	valid := 0 // set of indexes
	for i := range r.Approvals {
		a := &r.Approvals[i]
		switch {
		case a.Request != string(digest):
			continue
		case a.Refused:
			return 0, 0
		case !independent(r, a.By, a.Role) || a.At.IsZero() || a.At.After(r.Now) || !a.Expires.After(r.Now):
			continue
		}
		seen := false
		for j := range i {
			seen = seen || valid&(1<<j) != 0 && r.Approvals[j].By == a.By
		}
		if !seen {
			count++
		}
		valid |= 1 << i
		roles |= 1 << a.Role
	}
	return count, roles
}

// reviewed reports whether the request with this digest carries a human's yes.
// The coach of the person concerned is a party to what is reviewed; where nobody
// knows who that is, nobody is known not to be.
func reviewed(r *Request, digest []byte) bool {
	v := &r.Review
	if r.Resource.AssignedCoach.IsZero() && class(&r.Resource) != signal.Aggregate {
		return false
	}
	return v.Approved && independent(r, v.Reviewer, v.Role) && v.Reviewer != r.Resource.AssignedCoach &&
		v.Request == string(digest) && !v.At.IsZero() && !v.At.After(r.Now)
}

// independent reports whether the person in that role may approve or review the
// request: a human of a declared role who neither asks nor is concerned. Where
// nobody knows whom the data concerns, nobody is independent; aggregates concern
// no single person.
func independent(r *Request, by coaching.PersonID, role coaching.Role) bool {
	if r.Resource.Owner.IsZero() && class(&r.Resource) != signal.Aggregate {
		return false
	}
	return !by.IsZero() && role != coaching.NoRole && role != coaching.System && int(role) < len(roleNames) &&
		by != r.Subject.ID && by != r.Resource.Owner
}

// The longest that data may be kept, whatever a policy says: raw interaction
// traces and figures about one person 90 days, aggregates 12 calendar months
// (GOV-016, GOV-017).
const (
	mostRawDays         = 90
	mostAggregateMonths = 12
)

// keepUntil returns the last instant at which data of a class may be kept, in
// nanoseconds since 1970.
func keepUntil(c signal.DataClass, created int64) int64 {
	if c == signal.Aggregate {
		return addMonths(created, mostAggregateMonths)
	}
	return created + int64(mostRawDays*24*time.Hour)
}

// pastRetention reports whether that instant has passed.
func pastRetention(c signal.DataClass, created, now int64) bool {
	if now-created <= 365*nanosPerDay && c == signal.Aggregate {
		return false // twelve months are 365 days or one more
	}
	return now > keepUntil(c, created)
}

// addMonths returns the instant n calendar months after another in UTC, on the
// last day of the month where that has no such day: 29 February plus twelve
// months is 28 February. Instants are nanoseconds since 1970.
func addMonths(at int64, n int) int64 {
	days, clock, _ := monthsOn(at, n)
	return days*nanosPerDay + clock
}

const nanosPerDay = int64(24 * time.Hour)

// monthsOn is addMonths in days since 1970 and nanoseconds of the last one, with
// the year; n is at most maxMonths either way.
func monthsOn(at int64, n int) (days, clock int64, year int) {
	days, clock = at/nanosPerDay, at%nanosPerDay
	if clock < 0 {
		days, clock = days-1, clock+nanosPerDay
	}
	y, m, d := civil(days)
	m += n - 1
	y, m = y+m/12, m%12+1
	if m < 1 {
		y, m = y-1, m+12
	}
	last := 31
	switch m {
	case 4, 6, 9, 11:
		last = 30
	case 2:
		if last = 28; y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			last = 29
		}
	}
	return dayOf(y, m, min(d, last)), clock, y
}

// civil and dayOf turn days since 1970 into a date of the Gregorian calendar and
// back, by the algorithms of H. Hinnant (days_from_civil, civil_from_days): time
// takes ten times as long. Years here lie between 1600 and 2400.
func civil(days int64) (y, m, d int) {
	z := int(days) + 719468 // since 1 March of the year 0
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	y, m, d = yoe+era*400, mp+3, doy-(153*mp+2)/5+1
	if m > 12 {
		y, m = y+1, m-12
	}
	return y, m, d
}

func dayOf(y, m, d int) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era*146097 + doe - 719468)
}

// setSize returns the number of names in a set.
func setSize(v int64) int64 { return int64(bits.OnesCount64(uint64(v))) }
