package governance

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// Two requests of which every condition says the same get the same answer. So
// the requests fall into finitely many classes, and one request of each class
// stands for all of them. A space holds those classes as independent choices,
// one for each group of attributes that hang together.

// A dim is one choice: attributes that are set together, and the classes of
// their values, one candidate for each. The first candidate is absence, or what
// nobody has stated, where there is such a thing.
type dim struct {
	name  string
	attrs uint64
	cands []cand
}

// A cand stands for one class of values of a dim.
type cand struct {
	facts
	past [2]bool // of the time: kept too long as data about one person, as an aggregate
	bare bool    // absent, or not stated
}

// The dims of every space, by index. Action and role come first, and are set
// from outside.
const (
	dimPurpose = iota
	dimTrained
	dimType // and class
	dimID
	dimProgramme // of the subject and of the resource
	dimResidency
	dimPeople
	dimTime
	dimGroup
	dimIdentifiable
	dimHold
	dimStanding
	dimControl
	dimAutomated
	dimCard
	dimExplained
	dimAffects
	dimConsents
	dimApprovals
	dimReview
	dimCount
)

// dimAttrs is indexed by dim.
var dimAttrs = [dimCount]uint64{
	dimPurpose:      1 << attrPurpose,
	dimTrained:      1 << attrSubjectTrained,
	dimType:         1<<attrType | 1<<attrClass,
	dimID:           1 << attrID,
	dimProgramme:    1<<attrSubjectProgramme | 1<<attrProgramme,
	dimResidency:    1 << attrResidency,
	dimPeople:       1<<attrSubjectID | 1<<attrOwner | 1<<attrAssignedCoach,
	dimTime:         1<<attrNow | 1<<attrCreatedAt | 1<<attrAge,
	dimGroup:        1 << attrGroupSize,
	dimIdentifiable: 1 << attrIdentifiable,
	dimHold:         1 << attrLegalHold,
	dimStanding:     1 << attrStanding,
	dimControl:      1 << attrControl,
	dimAutomated:    1 << attrAutomated,
	dimCard:         1 << attrModelCard,
	dimExplained:    1 << attrExplained,
	dimAffects:      1 << attrAffects,
	dimConsents:     1 << attrConsentPurposes,
	dimApprovals:    1<<attrApprovalCount | 1<<attrApprovalRoles,
	dimReview:       1<<attrReviewDone | 1<<attrReviewRole | 1<<attrReviewRationale | 1<<attrReviewAge,
}

// given are the attributes that the walk over a space sets from outside.
const given = uint64(1<<attrAction | 1<<attrSubjectRole)

// dimOf returns the dim of an attribute, or -1. That data is past its retention
// follows from its class and its time.
func dimOf(a attr) int {
	for d, set := range dimAttrs {
		if set&(1<<a) != 0 {
			return d
		}
	}
	return -1
}

// A node is a condition that can be asked while some attributes are not chosen
// yet. A leaf is a test without logic in it.
type node struct {
	op     op // opAnd, opOr, opNot, opIf, or opConst for a leaf
	kids   []*node
	reads  uint64
	test   test
	opaque *expr // of a leaf outside the fragment that classes are made of: what lies outside
	split  bool  // of a leaf: its attributes are compared with one another across dims
}

// undecided is the value of a condition that depends on what is not chosen yet.
const undecided truth = noValue + 1

// eval returns the value of a condition given the attributes in known.
func (n *node) eval(f *facts, known uint64) truth {
	if n.test != nil && n.reads&^known == 0 {
		return n.test(f)
	}
	switch n.op {
	case opNot:
		switch v := n.kids[0].eval(f, known); v {
		case isFalse:
			return isTrue
		case isTrue:
			return isFalse
		default:
			return v
		}
	case opAnd, opOr:
		stop := isFalse
		if n.op == opOr {
			stop = isTrue
		}
		out := isTrue - stop
		for _, k := range n.kids {
			switch v := k.eval(f, known); {
			case v == stop:
				return stop
			case v == undecided, v == noValue && out != undecided:
				out = v
			}
		}
		return out
	case opIf:
		switch n.kids[0].eval(f, known) {
		case isTrue:
			return n.kids[1].eval(f, known)
		case isFalse:
			return n.kids[2].eval(f, known)
		case noValue:
			return noValue
		}
		return undecided
	}
	return undecided
}

// pick returns an attribute on which an undecided condition depends, preferring
// the leftmost, or ok false with what cannot be analysed.
func (n *node) pick(f *facts, known uint64) (a attr, ok bool, opaque *expr) {
	if n.eval(f, known) != undecided {
		return 0, false, nil
	}
	if len(n.kids) == 0 {
		if n.opaque != nil {
			return 0, false, n.opaque
		}
		if set := n.reads &^ known; set != 0 {
			a := attr(bits.TrailingZeros64(set))
			if a == attrPastRetention {
				if known&(1<<attrType) == 0 {
					return attrType, true, nil
				}
				return attrNow, true, nil
			}
			return a, true, nil
		}
		return 0, false, nil
	}
	for _, k := range n.kids {
		a, ok, o := k.pick(f, known)
		if ok {
			return a, true, nil
		}
		if opaque == nil {
			opaque = o
		}
	}
	return 0, false, opaque
}

// leaves calls f for every leaf.
func (n *node) leaves(f func(*node)) {
	if len(n.kids) == 0 {
		f(n)
	}
	for _, k := range n.kids {
		k.leaves(f)
	}
}

// A domain gathers what the conditions of a question compare attributes with.
type domain struct {
	leaves  []*node
	needs   []*reviewNeed
	ints    [attrCount][]int64 // constants that an attribute is compared with
	created []int64            // instants that created_at is compared with
	months  []int64            // numbers of months after created_at
	texts   [attrCount][]string
	masks   []int64 // sets of roles that approvals are asked for, any of them
	singles int64   // roles that approvals are asked for one by one
	linked  bool    // texts are compared with one another across dims
}

// add returns the node of a condition and takes in what it compares.
func (d *domain) add(e *expr) *node {
	if e.op == opAnd || e.op == opOr || e.op == opNot || e.op == opIf {
		n := &node{op: e.op, reads: e.reads()}
		clear := true
		for _, a := range e.args {
			k := d.add(a)
			clear = clear && k.test != nil
			n.kids = append(n.kids, k)
		}
		if clear {
			n.test, _ = lower(e)
		}
		return n
	}
	n := &node{reads: e.reads()}
	if n.opaque = d.take(e); n.opaque == nil {
		t, ok := lower(e)
		if !ok {
			n.opaque = e
		}
		n.test = t
	}
	if n.opaque != nil {
		n.test = nil
	} else {
		d.leaf(n)
	}
	return n
}

// leaf takes in a leaf, and notes whether it spans dims.
func (d *domain) leaf(n *node) {
	dims := map[int]bool{}
	for set := n.reads &^ given; set != 0; set &= set - 1 {
		dims[dimOf(attr(bits.TrailingZeros64(set)))] = true
	}
	n.split = len(dims) > 1 || len(dims) == 1 && n.reads&given != 0
	d.leaves = append(d.leaves, n)
}

// take notes the constants of a leaf. It returns the part that lies outside the
// fragment, or nil.
func (d *domain) take(e *expr) *expr {
	if e.reads()>>attrCount != 0 { // the host's own
		return e
	}
	switch e.op {
	case opConst:
		return nil
	case opAttr, opHas:
		if dimOf(e.attr) < 0 && given&(1<<e.attr) == 0 && e.attr != attrPastRetention {
			return e
		}
		return nil
	case opAnd, opOr, opNot, opIf:
		for _, a := range e.args {
			if o := d.take(a); o != nil {
				return o
			}
		}
		return nil
	case opIn:
		return d.takeIn(e)
	case opHasAny, opHasAll:
		l, r := e.args[0], e.args[1]
		if l.op != opAttr || r.op != opList {
			return e
		}
		if mask, ok := maskOf(r.args, l.names); ok && l.attr == attrApprovalRoles {
			d.masks = append(d.masks, mask)
			if e.op == opHasAll {
				d.singles |= mask
			}
		}
		return d.take(l)
	case opEqual, opNotEqual, opLess, opLessEq, opMore, opMoreEq:
		return d.takeCompare(e)
	}
	return e
}

func (d *domain) takeIn(e *expr) *expr {
	l, r := e.args[0], e.args[1]
	switch {
	case l.op == opAttr && r.op == opList:
		for _, a := range r.args {
			if a.op != opConst {
				return e
			}
			switch a.kind {
			case kindInt:
				d.ints[l.attr] = append(d.ints[l.attr], a.num)
			case kindText:
				d.texts[l.attr] = append(d.texts[l.attr], a.text)
			}
		}
		return d.take(l)
	case r.op == opAttr && l.op == opConst && l.kind == kindEnum:
		if r.attr == attrApprovalRoles {
			d.masks = append(d.masks, 1<<l.num)
		}
		return d.take(r)
	case r.op == opAttr && l.op == opAttr && r.attr != attrApprovalRoles:
		if o := d.take(l); o != nil {
			return o
		}
		return d.take(r)
	}
	return e
}

func (d *domain) takeCompare(e *expr) *expr {
	l, r := e.args[0], e.args[1]
	if l.op == opConst && r.op != opConst {
		l, r = r, l
	}
	equal := e.op == opEqual || e.op == opNotEqual
	switch l.kind {
	case kindBool:
		if o := d.take(l); o != nil {
			return o
		}
		return d.take(r)
	case kindEnum, kindPerson:
		if l.op == opAttr && (r.op == opAttr || r.op == opConst) && equal {
			return nil
		}
	case kindText:
		switch {
		case !equal || l.op != opAttr:
		case r.op == opConst:
			d.texts[l.attr] = append(d.texts[l.attr], r.text)
			return nil
		case r.op == opAttr:
			d.linked = d.linked || dimOf(l.attr) != dimOf(r.attr)
			return nil
		}
	case kindInt, kindDuration:
		switch {
		case r.op != opConst:
		case l.op == opAttr:
			d.ints[l.attr] = append(d.ints[l.attr], r.num)
			return nil
		case l.op == opSize && l.args[0].op == opAttr && (l.args[0].attr == attrAffects || l.args[0].attr == attrConsentPurposes):
			return nil // every set of these is a class of its own
		case l.op == opConst:
			return nil
		}
	case kindTime:
		return d.takeTime(e, l, r)
	}
	return e
}

// takeTime takes comparisons among now, created_at, calendar months after
// created_at, and, of the first two, constants.
func (d *domain) takeTime(e, l, r *expr) *expr {
	plain := func(x *expr) bool { return x.op == opAttr }
	later := func(x *expr) bool {
		return x.op == opAddMonths && x.args[0].op == opAttr && x.args[0].attr == attrCreatedAt && x.args[1].op == opConst
	}
	switch {
	case l.op == opConst && r.op == opConst:
		return nil
	case plain(l) && r.op == opConst && l.attr == attrNow:
		d.ints[attrNow] = append(d.ints[attrNow], r.num)
		return nil
	case plain(l) && r.op == opConst:
		d.created = append(d.created, r.num)
		return nil
	case (plain(l) || later(l)) && (plain(r) || later(r)):
		d.ints[attrAge] = append(d.ints[attrAge], 0) // the same moment is neither before nor after
		for _, x := range []*expr{l, r} {
			if later(x) {
				d.months = append(d.months, x.args[1].num)
			}
		}
		return nil
	}
	return e
}

// A space holds the classes of requests of a question.
type space struct {
	dims [dimCount]dim
	// consents holds for each purpose the candidates of dimConsents that
	// conditions tell apart once the purpose is chosen; nil where that does not
	// make them fewer.
	consents [len(purposeNames)][]int
}

// space builds the classes: for each dim the candidates that a leaf tells apart.
func (d *domain) space() *space {
	s := &space{}
	names := [dimCount]string{
		"purpose", "subject.trained", "resource.type and class", "resource.id", "subject.programme and resource.programme",
		"resource.residency",
		"who asks and whom it is about", "time", "resource.group_size", "resource.identifiable", "resource.legal_hold",
		"resource.standing", "resource.control", "resource.automated", "resource.model_card", "resource.explained",
		"resource.affects", "consent.purposes", "approvals", "review",
	}
	for i := range s.dims {
		s.dims[i] = dim{name: names[i], attrs: dimAttrs[i], cands: d.distinct(i, d.candidates(i))}
	}
	d.consents(s)
	return s
}

// consents finds for each purpose which consents are told apart: that to the
// purpose itself, and those that conditions name.
func (d *domain) consents(s *space) {
	var leaves []*node
	for _, l := range d.leaves {
		if l.reads&dimAttrs[dimConsents] == 0 {
			continue
		}
		if l.reads&^(dimAttrs[dimConsents]|1<<attrPurpose) != 0 {
			return
		}
		leaves = append(leaves, l)
	}
	for p := 1; p < len(purposeNames); p++ {
		seen := map[string]bool{}
		for i, c := range s.dims[dimConsents].cands {
			c.set(attrPurpose, int64(p))
			key := fmt.Append(nil, c.bare)
			for _, l := range leaves {
				key = append(key, byte(l.test(&c.facts)))
			}
			if !seen[string(key)] {
				seen[string(key)] = true
				s.consents[p] = append(s.consents[p], i)
			}
		}
	}
}

// distinct keeps one of each run of candidates that no leaf tells apart. Where
// a leaf compares across dims, each value stands for itself.
func (d *domain) distinct(at int, cands []cand) []cand {
	attrs := dimAttrs[at]
	var own []*node
	raw := uint64(0)
	for _, l := range d.leaves {
		switch {
		case l.reads&attrs == 0:
		case l.split:
			raw |= l.reads & attrs
		default:
			own = append(own, l)
		}
	}
	apart := at == dimPeople && raw != 0 // otherwise who is who is told by the comparisons alone
	seen := map[string]bool{}
	kept := cands[:0:0]
	var key []byte
	for i, c := range cands {
		key = key[:0]
		if apart {
			key = append(key, byte(i))
		}
		for _, l := range own {
			key = append(key, byte(l.test(&c.facts)))
		}
		for set := raw; set != 0; set &= set - 1 {
			a := attr(bits.TrailingZeros64(set))
			key = append(key, byte(c.present>>a&1))
			key = fmt.Append(key, c.num[a], c.id, c.prog, c.member, c.place)
		}
		key = append(key, 'x')
		switch at {
		case dimType:
			key = append(key, byte(c.num[attrClass]))
		case dimPeople:
			key = append(key, byte(c.present>>attrOwner&1), byte(c.present>>attrAssignedCoach&1))
		case dimTime:
			key = fmt.Append(key, c.past, c.has(attrCreatedAt))
		case dimConsents:
			key = fmt.Append(key, c.num[attrConsentPurposes] == 0)
		case dimApprovals:
			key = fmt.Append(key, c.num[attrApprovalCount] == 0)
		case dimReview:
			key = append(key, byte(c.num[attrReviewDone]))
		}
		for _, n := range d.needs {
			if at == dimApprovals && n.as == "approval" || at == dimReview && n.as == "review" {
				key = fmt.Append(key, n.met(&c.facts))
			}
		}
		// What nobody has stated stays a class of its own, so that it can be
		// asked whether it helps.
		key = fmt.Append(key, c.bare)
		if !seen[string(key)] {
			seen[string(key)] = true
			kept = append(kept, c)
		}
	}
	// Examples are taken from the front: what is stated and harmless.
	switch at {
	case dimProgramme, dimResidency, dimTime, dimGroup, dimIdentifiable, dimHold, dimAutomated, dimAffects:
		slices.SortStableFunc(kept, func(a, b cand) int {
			switch {
			case a.bare == b.bare:
				return 0
			case a.bare:
				return 1
			}
			return -1
		})
	}
	return kept
}

// candidates returns one candidate or more for each class that any condition of
// this domain can tell apart.
func (d *domain) candidates(at int) []cand {
	var out []cand
	add := func(bare bool, fill func(f *facts)) {
		var c cand
		c.bare = bare
		fill(&c.facts)
		out = append(out, c)
	}
	flag := func(a attr) {
		for v := range int64(2) {
			add(v == 0, func(f *facts) { f.set(a, v) })
		}
	}
	fact := func(a attr) {
		add(true, func(*facts) {})
		for v := range int64(2) {
			add(false, func(f *facts) { f.set(a, v) })
		}
	}
	switch at {
	case dimPurpose:
		for v := 1; v < len(purposeNames); v++ {
			add(false, func(f *facts) { f.set(attrPurpose, int64(v)) })
		}
	case dimTrained:
		flag(attrSubjectTrained)
	case dimType:
		for t := ResourceTrace; int(t) < len(resourceNames); t++ {
			for c := signal.Raw; c <= signal.Aggregate; c++ {
				if class(&Resource{Type: t, Class: c}) == c {
					add(false, func(f *facts) { f.set(attrType, int64(t)); f.set(attrClass, int64(c)) })
				}
			}
		}
	case dimID:
		for _, text := range d.identifiers([]attr{attrID}, "resource-1") {
			add(false, func(f *facts) { f.id = text; f.present |= 1 << attrID })
		}
	case dimProgramme:
		texts := append(d.identifiers([]attr{attrSubjectProgramme, attrProgramme}, "programme-1", "programme-2"), "")
		for _, member := range texts {
			for _, prog := range texts {
				add(member == "" || prog == "", func(f *facts) {
					if f.member = member; member != "" {
						f.present |= 1 << attrSubjectProgramme
					}
					if f.prog = prog; prog != "" {
						f.present |= 1 << attrProgramme
					}
				})
			}
		}
	case dimResidency:
		add(true, func(*facts) {})
		for _, text := range d.identifiers([]attr{attrResidency}, "region-1") {
			add(false, func(f *facts) { f.place = text; f.present |= 1 << attrResidency })
		}
	case dimPeople:
		return d.people()
	case dimTime:
		return d.times()
	case dimGroup:
		add(true, func(*facts) {})
		for _, v := range around(d.ints[attrGroupSize], 1, 1<<62) {
			add(false, func(f *facts) { f.set(attrGroupSize, v) })
		}
	case dimIdentifiable:
		fact(attrIdentifiable)
	case dimHold:
		fact(attrLegalHold)
	case dimStanding:
		for _, v := range []signal.Standing{signal.Cleared, signal.Restricted, signal.Candidate, signal.Paused, signal.Retired} {
			add(false, func(f *facts) { f.set(attrStanding, int64(v)) })
		}
	case dimControl:
		flag(attrControl)
	case dimAutomated:
		fact(attrAutomated)
	case dimCard:
		flag(attrModelCard)
	case dimExplained:
		flag(attrExplained)
	case dimAffects:
		for v := range int64(1) << len(effectNames) {
			if Effects(v).valid() {
				add(v == 0, func(f *facts) {
					if v != 0 {
						f.set(attrAffects, v)
					}
				})
			}
		}
	case dimConsents:
		for v := range int64(1) << (len(purposeNames) - 1) {
			add(v == 0, func(f *facts) { f.set(attrConsentPurposes, v<<1) })
		}
	case dimApprovals:
		add(true, func(f *facts) { f.set(attrApprovalCount, 0); f.set(attrApprovalRoles, 0) })
		for _, n := range around(d.ints[attrApprovalCount], 1, MaxApprovals) {
			for _, roles := range d.approvalRoles() {
				add(false, func(f *facts) { f.set(attrApprovalCount, n); f.set(attrApprovalRoles, roles) })
			}
		}
	case dimReview:
		add(true, func(f *facts) {
			f.set(attrReviewDone, 0)
			f.set(attrReviewRole, 0)
			f.set(attrReviewRationale, 0)
		})
		for _, age := range around(d.ints[attrReviewAge], 0, 40*365*24*3600e9) {
			for _, n := range around(d.ints[attrReviewRationale], 0, MaxRationale) {
				for role := coaching.Participant; role < coaching.System; role++ {
					add(false, func(f *facts) {
						f.set(attrReviewDone, 1)
						f.set(attrReviewRole, int64(role))
						f.set(attrReviewRationale, n)
						f.set(attrReviewAge, age)
					})
				}
			}
		}
	}
	return out
}

// people returns who can be whom: the owner nobody, the subject or another; the
// assigned coach nobody, the subject, the owner or another.
func (d *domain) people() []cand {
	var out []cand
	add := func(owner, coach byte) {
		c := cand{bare: owner == 0 || coach == 0}
		c.present = 1 << attrSubjectID
		c.person[0] = standIn('s')
		if owner != 0 {
			c.present |= 1 << attrOwner
			c.person[1] = standIn(owner)
		}
		if coach != 0 {
			c.present |= 1 << attrAssignedCoach
			c.person[2] = standIn(coach)
		}
		out = append(out, c)
	}
	for _, owner := range []byte{'o', 's', 0} {
		for _, coach := range []byte{'c', 's', 'o', 0} {
			if coach != 'o' || owner == 'o' {
				add(owner, coach)
			}
		}
	}
	return out
}

// approvalRoles returns the sets of roles that approvers can have, as far as
// conditions tell them apart: the roles fall into groups that every condition
// treats alike, and a set holds a group or does not.
func (d *domain) approvalRoles() []int64 {
	var groups []int64
	index := map[string]bool{}
	for role := coaching.Participant; role < coaching.System; role++ {
		var key []byte
		for _, m := range d.masks {
			key = append(key, byte(m>>role&1))
		}
		for _, n := range d.needs {
			key = append(key, byte(n.by>>role&1))
		}
		if d.singles>>role&1 != 0 {
			key = append(key, byte(role)+2)
		}
		if !index[string(key)] {
			index[string(key)] = true
			groups = append(groups, 1<<role) // the first of the group stands for it
		}
	}
	sets := []int64{0}
	for _, g := range groups {
		for _, s := range slices.Clone(sets) {
			sets = append(sets, s|g)
		}
	}
	return sets[1:]
}

// identifiers returns the constants that can be an identifier, and others beside
// them, which come first: as many as attributes can differ in. Where texts are
// compared across dims, every one of them can be like any other.
func (d *domain) identifiers(attrs []attr, others ...string) []string {
	if d.linked {
		attrs = []attr{attrID, attrSubjectProgramme, attrProgramme, attrResidency}
		for _, o := range []string{"resource-1", "programme-1", "programme-2", "region-1"} {
			if !slices.Contains(others, o) {
				others = append(others, o)
			}
		}
	}
	var texts []string
	for _, a := range attrs {
		texts = append(texts, d.texts[a]...)
	}
	texts = slices.DeleteFunc(texts, func(t string) bool { return !isIdent(t) })
	slices.Sort(texts)
	texts = slices.Compact(texts)
	for i, o := range others {
		for n := 2; slices.Contains(texts, o); n++ {
			o = fmt.Sprintf("%s-other-%d", others[i], n)
		}
		others[i] = o
	}
	return append(others, texts...)
}

// around returns each constant, what lies just below and just above it, and the
// least, as far as they are in range, in order.
func around(constants []int64, least, most int64) []int64 {
	out := []int64{least}
	for _, c := range constants {
		for v := max(c-1, least); v <= min(c+1, most) && c-1 <= most; v++ {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
