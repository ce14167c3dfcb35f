package governance_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// plant puts a canary into every text and a person into every person that a value
// can hold, also those that are added later.
func plant(v reflect.Value, canary string, person coaching.PersonID) {
	switch {
	case v.Type() == reflect.TypeFor[coaching.PersonID]():
		v.Set(reflect.ValueOf(person))
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(noon))
	case v.Kind() == reflect.String:
		v.SetString(canary)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				plant(v.Field(i), canary, person)
			}
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			plant(v.Index(i), canary, person)
		}
	}
}

// printed returns a thing as loggers and fmt print it, alone and inside others.
func printed(things ...any) string {
	var b bytes.Buffer
	for _, thing := range things {
		for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
			log := slog.New(h)
			log.Info("x", "thing", thing)
			log.With("thing", thing).WithGroup("g").Info("x", slog.Group("h", "thing", thing))
		}
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "things", []any{thing})
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t"} {
			fmt.Fprintf(&b, verb+"\n", thing)
			fmt.Fprintf(&b, verb+"\n", []any{thing, map[string]any{"k": thing}, struct{ Thing any }{thing}})
		}
	}
	return b.String()
}

// No person, identifier, text of a review or message of a rule gets into a log in
// passing: requests and decisions print and log their digests, words of closed
// lists, rules and codes.
func TestRequestsAndDecisionsDoNotPrint(t *testing.T) {
	const canary = "Jane.Roe"
	person := person(t, "leader")
	policy := parse(t, strings.Replace(governance.BuiltInSource(), "a coach reads the pack of an assigned leader\n", "the {resource.type} of "+canary+"\n", 1))
	filled := governance.Request{}
	plant(reflect.ValueOf(&filled).Elem(), canary, person)
	require.NotEmpty(t, filled.Review.Rationale)
	require.False(t, filled.Consents[1].Participant.IsZero())
	asked := *packRequest(t)
	asked.Action, asked.Resource.ID, asked.Resource.Programme, asked.Subject.Programme = governance.View, canary, canary, canary
	decision := policy.Decide(&asked)
	require.True(t, decision.Allowed())
	require.Contains(t, fmt.Sprint(decision.Reasons[0].Message), canary)
	decision.Errors = []governance.RuleError{{Rule: "engine", Message: "open /home/" + canary}}

	out := printed(filled, &filled, asked, decision, &decision, policy.Decide(&filled))
	for _, secret := range []string{canary, person.String(), fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("% x", canary), "Roe"} {
		require.False(t, strings.Contains(out, secret), secret)
	}
	for _, kept := range []string{asked.Digest(), policy.Digest(), "coach.pack", "outcome=permit", `"outcome":"permit"`, "POL-MISSING", "action=view"} {
		require.True(t, strings.Contains(out, kept), kept)
	}
	require.Equal(t, decision.LogValue().String(), fmt.Sprintf("%#v", decision))
	var none *governance.Request
	require.NotPanics(t, func() { printed(none) })
}
