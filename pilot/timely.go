package pilot

import "github.com/coachgov/coaching"

// since returns from which day on an event of a kind counts for a gate, and the
// rule that says so; a zero day for a kind that counts whenever it happens. A
// checkpoint that was held before anybody was coached is not one of the middle,
// and nobody can confirm a result that is not in.
func (p *Plan) since(e Event) (coaching.Date, string) {
	last := p.Week(p.TemplateWeeks)
	switch e.Kind {
	case CheckpointHeld:
		return p.Week(min(firstRunWeek, p.TemplateWeeks/2)), "PIL-051"
	case SnapshotDelivered:
		return p.Run().From, "PIL-049"
	case SummaryDrafted:
		if p.TemplateWeeks < lastRunWeek {
			return p.Run().From, "PIL-162"
		}
		return p.Week(firstIterate), "PIL-162"
	case StreamDelivered:
		if e.Label == "narratives" {
			return p.Run().From, "PIL-161"
		}
		return last, "PIL-161"
	case ConfounderLogEnded:
		return last, "PIL-050"
	case SponsorSigned:
		return last, "PIL-027"
	}
	return coaching.Date{}, ""
}

// early reports whether an event happened before it counts.
func (p *Plan) early(e Event) bool {
	from, _ := p.since(e)
	return !from.IsZero() && coaching.DateOf(e.At).Before(from)
}
