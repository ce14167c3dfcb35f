package enforce

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// just is a source of one identity.
type just string

func (j just) Identity(context.Context, coaching.PersonID) (string, error) { return string(j), nil }

// A stage plays words of steps against the workflow over a store.
type stage struct {
	t       testing.TB
	who     func(string) coaching.PersonID
	change  Change
	key     *audit.Verifier
	store   *audit.MemoryStore
	journal *audit.Journal
	engine  *Engine
	desk    *Reidentification
	now     time.Time
	shown   int
}

func newStage(t testing.TB) *stage {
	policy, report, err := governance.Parse("policy.yaml", []byte(governance.BuiltInSource()))
	require.NoError(t, err)
	proof, err := policy.Prove(governance.Canaries()...) // once, and not for every engine
	require.NoError(t, err)
	_, public, err := audit.GenerateKey(bytes.NewReader(make([]byte, 64)), "example.com/test/audit")
	require.NoError(t, err)
	s := &stage{t: t, who: cast(t)}
	s.key, err = audit.NewVerifier(public)
	require.NoError(t, err)
	s.change = Change{Policy: policy, Report: report, Proof: proof, At: began, By: audit.Actor{ID: s.who("privacy officer"), Role: coaching.PrivacyOfficer}}
	return s
}

// empty begins with an empty log.
func (s *stage) empty() {
	var err error
	s.store, s.now, s.shown = new(audit.MemoryStore), began, 0
	if s.journal, err = audit.OpenJournal(s.t.Context(), s.store, s.key, nil); err == nil {
		s.engine, err = New(s.t.Context(), s.journal, Settings{Valid: time.Minute}, s.change)
	}
	if err == nil {
		s.desk, err = OpenReidentification(s.t.Context(), s.engine, s.store)
	}
	require.NoError(s.t, err)
}

// play does one step and returns what was refused.
func (s *stage) play(step byte) coaching.Findings {
	ctx := s.t.Context()
	s.now = s.now.Add(time.Minute)
	asked := wanted(s.who, s.now)
	var (
		fs  coaching.Findings
		err error
	)
	switch step {
	case stepOptIn, stepWithdraw:
		var e audit.Event
		e, err = audit.NewEvent(s.now, audit.Actor{ID: s.who("leader"), Role: coaching.Participant},
			audit.ConsentChange{Participant: s.who("leader"), Signal: "meeting_hygiene", Purpose: "reidentification", Given: step == stepOptIn})
		if err == nil {
			_, err = s.journal.Append(ctx, e)
		}
	case stepTime:
		s.now = s.now.Add(72 * time.Hour)
	case stepAsk:
		fs, err = s.desk.Ask(ctx, "R-1", audit.Actor{ID: s.who("coach"), Role: coaching.Coach}, asked, s.now.Add(48*time.Hour))
	case stepRefuse:
		fs, err = s.desk.Refuse(ctx, "R-1", audit.Actor{ID: s.who("steward"), Role: coaching.Steward}, s.now)
	case stepReveal:
		fs, err = s.desk.Reveal(ctx, "R-1", audit.Actor{ID: s.who("admin"), Role: coaching.ProgramAdmin}, asked, just("Ada"), func(identity string) error {
			s.shown++
			require.Equal(s.t, "Ada", identity)
			return nil
		})
	default:
		if step == stepOther {
			asked.Resource.ID = "identity-L02"
		}
		fs, err = s.desk.Approve(ctx, "R-1", approvers(s.who)[step], asked)
	}
	require.NoError(s.t, err)
	return fs
}

// GOV-014, GOV-015: the workflow itself, over a journal: every order of five of the
// main steps, and every word that has two steps of any kind put in anywhere on
// the way to a reveal. What it accepts is what the reference accepts; afterwards a
// workflow that is opened anew over the same log is where this one is.
func TestIdentityWorkflowOrders(t *testing.T) {
	s := newStage(t)
	count, revealed := 0, 0
	check := func(word string) {
		s.empty()
		state, want := "nothing", 0
		for i := range len(word) {
			next, moves := reference[state][rune(word[i])]
			if moves {
				state = next
			}
			if moves && word[i] == stepReveal {
				want++
			}
			fs := s.play(word[i])
			asks := !strings.ContainsRune("GWT", rune(word[i]))
			if asks && fs.Blocked() == moves || s.shown != want {
				t.Fatalf("%s, step %d: shown %d times, and the reference is at %q\n%v", word, i, s.shown, state, fs)
			}
		}
		cases, err := s.desk.Cases(t.Context(), s.now)
		require.NoError(t, err)
		got := IdentityNone
		for _, c := range cases {
			got = c.State
		}
		if got != stateOf(state) || len(cases) > 1 {
			t.Fatalf("%s: %v, and the reference is at %q", word, cases, state)
		}
		again, err := OpenReidentification(t.Context(), s.engine, s.store)
		require.NoError(t, err)
		resumed, err := again.Cases(t.Context(), s.now)
		require.NoError(t, err)
		require.Equal(t, cases, resumed)
		count, revealed = count+1, revealed+want
	}
	length := 5
	if testing.Short() {
		length = 3
	}
	words(mainSteps, length, check)
	way := "GQLPV"
	for at := range len(way) + 1 {
		for _, step := range allSteps {
			once := way[:at] + string(step) + way[at:]
			check(once)
			for then := at + 1; then <= len(once) && !testing.Short(); then++ {
				for _, other := range allSteps {
					check(once[:then] + string(other) + once[then:])
				}
			}
		}
	}
	require.Positive(t, revealed)
	t.Logf("%d words, %d reveals", count, revealed)
}

// Every refusal gives all its reasons: those of the workflow by their own names,
// those of the policy by the names of its rules.
func TestIdentityRefusals(t *testing.T) {
	tests := []struct {
		word string // the last step is refused
		want []string
	}{
		{"Q", []string{"GOV-014 identity.consent", "GOV-014 reidentification.optin"}},
		{"GWQ", []string{"GOV-014 identity.consent", "GOV-014 reidentification.optin"}},
		{"GQQ", []string{"GOV-015 reidentification.taken"}},
		{"L", []string{"GOV-015 reidentification.unknown"}},
		{"N", []string{"GOV-015 reidentification.unknown"}},
		{"GQLL", []string{"GOV-015 reidentification.again"}},
		{"GQS", []string{"GOV-015 reidentification.approver"}},
		{"GQE", []string{"GOV-015 reidentification.approver"}},
		{"GQO", []string{"GOV-015 reidentification.approver"}},
		{"GQD", []string{"GOV-015 reidentification.digest"}},
		{"GQTS", []string{"GOV-015 reidentification.approver", "GOV-015 reidentification.expired"}},
		{"GQNL", []string{"GOV-015 reidentification.refused"}},
		{"GQWL", []string{"GOV-014 identity.consent", "GOV-014 reidentification.withdrawn"}},
		{"GQTL", []string{"GOV-015 reidentification.expired"}},
		{"GQLPVN", []string{"GOV-015 reidentification.revealed"}},
		{"GQLPVL", []string{"GOV-015 reidentification.again", "GOV-015 reidentification.revealed"}},
		{"V", []string{"GOV-014 identity.consent", "GOV-015 identity.approval", "GOV-015 reidentification.unknown"}},
		{"GV", []string{"GOV-015 identity.approval", "GOV-015 reidentification.unknown"}},
		{"GQV", []string{"GOV-015 identity.approval"}},
		{"GQLV", []string{"GOV-015 identity.approval"}},
		{"GQPV", []string{"GOV-015 identity.approval"}},
		{"GQLPNV", []string{"GOV-015 identity.approval", "GOV-015 reidentification.refused"}},
		{"GQLPTV", []string{"GOV-015 identity.approval", "GOV-015 reidentification.expired"}},
		{"GQLPWV", []string{"GOV-014 identity.consent", "GOV-014 reidentification.withdrawn", "GOV-015 identity.approval"}},
		{"GQLPWGV", []string{"GOV-014 reidentification.withdrawn", "GOV-015 identity.approval"}},
		{"GQLPVV", []string{"GOV-015 identity.approval", "GOV-015 reidentification.revealed"}},
	}
	s := newStage(t)
	for _, tt := range tests {
		t.Run(tt.word, func(t *testing.T) {
			s.t = t
			s.empty()
			var got []string
			for i := range len(tt.word) {
				fs := s.play(tt.word[i])
				require.Equal(t, i == len(tt.word)-1, fs.Blocked(), "%v", fs)
				sorted := slices.Clone(fs)
				sorted.Sort()
				require.Equal(t, sorted, fs)
				got = got[:0]
				for f := range fs.Blocking() {
					require.NotEmpty(t, f.Message)
					got = append(got, f.Code+" "+f.Path)
				}
			}
			slices.Sort(got)
			require.Equal(t, tt.want, got)
		})
	}
}

// A step that came too late is refused, whatever else there is to say.
func TestIdentityOvertaken(t *testing.T) {
	require.True(t, overtaken(nil).Blocked())
	require.True(t, overtaken(coaching.Findings{{Severity: coaching.Info}}).Blocked())
	late := coaching.Findings{{Path: "b"}, {Path: "a"}}
	require.Equal(t, coaching.Findings{{Path: "a"}, {Path: "b"}}, overtaken(late))
}
