package signal

// Label returns the one word for a signal of this standing in a document, from a
// vocabulary that has no word for a finding about a person: "hypothesis" before
// it is cleared, "validated" when it is cleared or restricted, "held" while a
// flag on it waits for a steward, "paused" and "retired". A pause or retirement
// outweighs a flag. A standing that is not declared is a hypothesis.
func (s Standing) Label(flagPending bool) string {
	switch {
	case s == Paused:
		return "paused"
	case s == Retired:
		return "retired"
	case flagPending:
		return "held"
	case s == Cleared, s == Restricted:
		return "validated"
	}
	return "hypothesis"
}
