package mentor_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// A workshop of half a day. The third pack holds a planted correlation; a coach
// who takes it for an effect gets no points for it and does not pass.
func ExampleNewKit() {
	kit, err := mentor.NewKit("Sprint predictability", false, rand.New(rand.NewPCG(2027, 1)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(kit.Agenda), "parts,", len(kit.Packs), "packs")
	for _, q := range kit.Packs[2].Questions {
		fmt.Printf("%d points: %s\n", q.Points, q.Text)
	}
	score, err := kit.Score([]int{15, 15, 20, 10, 0, 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("score", score, "of 100, passes:", score >= mentor.PassMark)
	// Output:
	// 8 parts, 3 packs
	// 30 points: Do meetings help this team deliver?
	// 10 points: What would you ask the leader?
	// score 65 of 100, passes: false
}

// Where to begin with a signal from a survey.
func ExampleSeeds() {
	for _, seed := range mentor.Seeds() {
		if seed.Source == signal.SurveyAnswers {
			e := seed.Entry("pulse_clarity", "E-PULSE")
			fmt.Println(e.Experiment.ID, e.Experiment.Kind, e.Experiment.Days, "days")
			fmt.Println("ask:", e.Prompts[0])
			fmt.Println("do not conclude:", e.DoNotConclude)
		}
	}
	// Output:
	// E-PULSE recurring_ritual 42 days
	// ask: Which answer surprised you, and whom could you ask about it?
	// do not conclude: who said what
}

// Two coders read ten narratives and differ on two of them.
func ExampleCodebook_Reliability() {
	narratives, sessions, consents := told(10)
	codings := coded(narratives, [4]int{4, 1, 1, 4})
	r, findings := codebook().Reliability(codings, narratives, sessions, consents, time.Date(2027, 4, 1, 9, 0, 0, 0, time.UTC))
	for _, code := range r.Codes {
		fmt.Printf("%s: kappa %.2f, defined %v\n", code.Code, code.Kappa, code.Defined)
	}
	fmt.Println(len(r.Discuss), "to talk about; may the codes be read:", !findings.Blocked())
	// Output:
	// delegation: kappa 0.60, defined true
	// writing: kappa 0.00, defined false
	// 2 to talk about; may the codes be read: true
}
