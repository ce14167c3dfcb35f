package mentor

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	pages "github.com/coachgov/coaching/internal/markup"
)

// A Kit is what a workshop on reading signals is held with: an agenda, three
// sample packs of an invented leader, and an answer key for the teach-back. One
// pack holds a planted correlation that means nothing.
type Kit struct {
	Programme string
	Agenda    []AgendaItem // in the order of the day
	Packs     []SamplePack // three
}

// An AgendaItem is one part of the workshop.
type AgendaItem struct {
	Minutes int
	Text    string
}

// A SamplePack is twelve invented weeks of one leader, with what a coach is
// asked about them.
type SamplePack struct {
	Title     string
	Context   string
	Columns   []string // of each week, behind its number
	Weeks     [][]int
	Questions []Question
}

// A Question is asked of a coach in the teach-back.
type Question struct {
	Text   string
	Answer string // for the assessor alone
	Points int    // for a full answer
}

// Agendas of half a day and of a whole one, breaks among them.
var (
	halfDay = []AgendaItem{
		{20, "What a signal is: a working hypothesis about a practice, never a verdict on a person"},
		{30, "Level, noise and the smallest change that can be told from it"},
		{20, "What a coach may see: consent, standing, what is held back and why"},
		{15, "Break"},
		{40, "From a signal to two prompts and one experiment: the playbook"},
		{20, "What not to conclude: seasons, common causes, regression to the mean"},
		{55, "Teach-back: each coach interprets the three sample packs before an assessor"},
		{10, "Whom to ask: every coach meets the analyst who checks signals before sessions"},
	}
	wholeDay = []AgendaItem{
		{30, "What a signal is: a working hypothesis about a practice, never a verdict on a person"},
		{60, "Level, noise and the smallest change that can be told from it, with the programme's own definitions"},
		{40, "What a coach may see: consent, standing, what is held back and why"},
		{15, "Break"},
		{75, "From a signal to two prompts and one experiment: the playbook, in pairs"},
		{60, "Lunch"},
		{45, "What not to conclude: seasons, common causes, regression to the mean"},
		{15, "Break"},
		{65, "Teach-back: each coach interprets the three sample packs before an assessor"},
		{15, "Whom to ask: every coach meets the analyst who checks signals before sessions"},
	}
)

// NewKit makes the kit of a workshop of half a day (3.5 hours) or of a whole one
// (7 hours), breaks included (C-1). The dice decide the figures of the packs, so
// that answers do not travel between workshops; what the figures show is the
// same under all dice, and the same dice give the same kit. The error is for a
// programme without a name, and for no dice.
func NewKit(programme string, whole bool, dice *rand.Rand) (Kit, error) {
	if strings.TrimSpace(programme) == "" || len(programme) > 200 {
		return Kit{}, fmt.Errorf("mentor: name of the programme of %d bytes, want 1 to 200", len(programme))
	}
	if dice == nil {
		return Kit{}, errors.New("mentor: no dice for the sample packs")
	}
	k := Kit{Programme: programme, Agenda: append([]AgendaItem{}, halfDay...)}
	if whole {
		k.Agenda = append([]AgendaItem{}, wholeDay...)
	}
	k.Packs = []SamplePack{shifted(dice), spiked(dice), planted(dice)}
	return k, nil
}

// shuffled returns the values in an order of the dice.
func shuffled(dice *rand.Rand, values ...int) []int {
	dice.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	return values
}

// shifted is a pack whose level moved and stayed.
func shifted(dice *rand.Rand) SamplePack {
	level, step := 13+dice.IntN(4), 6+dice.IntN(3)
	p := SamplePack{
		Title: "Pack A", Columns: []string{"meeting hours"},
		Context: "Meeting hours per member and week of an invented leader's team. The first eight weeks are the baseline; the agenda rule began in week 9.",
	}
	step = -step
	for _, noise := range shuffled(dice, 0, 1, -1, 2, -2, 1, -1, 0) {
		p.Weeks = append(p.Weeks, []int{level + noise})
	}
	for _, noise := range shuffled(dice, 0, 1, -1, 0) {
		p.Weeks = append(p.Weeks, []int{level + step + noise})
	}
	p.Questions = []Question{
		{"Did the level move, and how do you know?", fmt.Sprintf("Yes: the baseline lies between %d and %d, and all four weeks since lie between %d and %d, outside it.",
			level-2, level+2, level+step-1, level+step+1), 15},
		{"Did the agenda rule cause it?", "The figure cannot say: it began in the same week, and so may other things have. Ask what else changed, and compare with leaders who have not begun.", 15},
	}
	return p
}

// spiked is a pack with one odd week.
func spiked(dice *rand.Rand) SamplePack {
	level, odd := 13+dice.IntN(4), 3+dice.IntN(7)
	p := SamplePack{
		Title: "Pack B", Columns: []string{"meeting hours"},
		Context: "Meeting hours per member and week of another invented leader's team. The steward has not decided yet whether the odd week is an error of the feed or an event.",
	}
	for i, noise := range shuffled(dice, 0, 1, -1, 2, -2, 1, -1, 0, 2, -2, 0, 0) {
		if i == odd {
			noise = 11
		}
		p.Weeks = append(p.Weeks, []int{level + noise})
	}
	p.Questions = []Question{
		{"What do you bring into the session from this?", fmt.Sprintf("Nothing of week %d: until the steward has decided, a flagged week is not used. The other weeks lie within their noise.", odd+1), 20},
		{"The week after is lower again. Did the session help?", "One odd week is followed by an ordinary one by itself: regression to the mean.", 10},
	}
	return p
}

// planted is a pack with a correlation that means nothing: two figures follow
// the working days of the week. Among full weeks their noise is orthogonal by
// construction, a three by three design.
func planted(dice *rand.Rand) SamplePack {
	p := SamplePack{
		Title: "Pack C", Columns: []string{"meeting hours", "stories delivered", "working days"},
		Context: "A third invented leader. A colleague says: in weeks with more meetings the team delivers more, so meetings help.",
	}
	perDay := 3 + dice.IntN(2)
	for i := range 9 {
		p.Weeks = append(p.Weeks, []int{5*4 + i%3 - 1, 5*perDay + i/3 - 1, 5})
	}
	for _, days := range []int{2, 3, 4} {
		p.Weeks = append(p.Weeks, []int{4 * days, perDay * days, days})
	}
	dice.Shuffle(len(p.Weeks), func(i, j int) { p.Weeks[i], p.Weeks[j] = p.Weeks[j], p.Weeks[i] })
	all, full := p.Correlation(), SamplePack{Weeks: fullWeeks(p.Weeks)}.Correlation()
	p.Questions = []Question{
		{"Do meetings help this team deliver?", fmt.Sprintf("The figures do not show it. Both follow the number of working days: over twelve weeks their correlation is %.2f, over the nine full weeks it is %.2f.", all, full), 30},
		{"What would you ask the leader?", "An open question about the full weeks, for instance what made a good one; no advice on meetings from this pack.", 10},
	}
	return p
}

// fullWeeks returns the weeks of five working days.
func fullWeeks(weeks [][]int) (full [][]int) {
	for _, w := range weeks {
		if w[2] == 5 {
			full = append(full, w)
		}
	}
	return full
}

// Correlation returns Pearson's correlation of the first two columns, and 0
// where there are no two or one of them does not move.
func (p SamplePack) Correlation() float64 {
	var n, x, y, xx, yy, xy float64
	for _, w := range p.Weeks {
		if len(w) < 2 {
			return 0
		}
		a, b := float64(w[0]), float64(w[1])
		n, x, y, xx, yy, xy = n+1, x+a, y+b, xx+a*a, yy+b*b, xy+a*b
	}
	if spread := (n*xx - x*x) * (n*yy - y*y); spread > 0 {
		return (n*xy - x*y) / math.Sqrt(spread)
	}
	return 0
}

// Score adds up an assessor's points, one for each question in the order of the
// packs, to a score out of 100, as [Enablement] takes it. Whoever takes the
// planted correlation for an effect cannot reach [PassMark].
func (k Kit) Score(points []int) (int, error) {
	score, i := 0, 0
	for _, p := range k.Packs {
		for _, q := range p.Questions {
			if i < len(points) {
				if points[i] < 0 || points[i] > q.Points {
					return 0, fmt.Errorf("mentor: %d points for question %d, want 0 to %d", points[i], i+1, q.Points)
				}
				score += points[i]
			}
			i++
		}
	}
	if len(points) != i {
		return 0, fmt.Errorf("mentor: points for %d questions, want %d", len(points), i)
	}
	return score, nil
}

// A Handout is a page of a kit.
type Handout struct{ page pages.Page }

// Markdown renders the page in GitHub's dialect; the same page gives the same
// bytes.
func (h Handout) Markdown() []byte { return h.page.Markdown() }

// HTML renders the page as one file that asks for nothing; the same page gives
// the same bytes.
func (h Handout) HTML() []byte { return h.page.HTML() }

// Handout returns what the coaches get: agenda, packs and questions, without an
// answer.
func (k Kit) Handout() Handout {
	page := k.begin("Reading signals: workshop")
	page.Heading("Agenda")
	var rows [][]string
	for i, at := 0, 0; i < len(k.Agenda); i++ {
		rows = append(rows, []string{fmt.Sprintf("%d:%02d", at/60, at%60), fmt.Sprint(k.Agenda[i].Minutes), k.Agenda[i].Text})
		at += k.Agenda[i].Minutes
	}
	page.Table("Hours from the start", "rrl", []string{"start", "minutes", "part"}, rows)
	for _, p := range k.Packs {
		page.Heading(p.Title)
		page.Paragraph(p.Context)
		p.table(&page)
		var asked []string
		for _, q := range p.Questions {
			asked = append(asked, fmt.Sprintf("%s (%d points)", q.Text, q.Points))
		}
		page.List(asked...)
	}
	return Handout{page}
}

// AnswerKey returns what the assessor gets.
func (k Kit) AnswerKey() Handout {
	page := k.begin("Reading signals: answer key for the assessor")
	page.Lead(fmt.Sprintf("A coach needs %d of 100 points. Pack C holds a planted correlation: whoever takes it for an effect cannot pass.", PassMark))
	for _, p := range k.Packs {
		page.Heading(p.Title)
		for _, q := range p.Questions {
			page.Subheading(fmt.Sprintf("%s (%d points)", q.Text, q.Points))
			page.Paragraph(q.Answer)
		}
	}
	return Handout{page}
}

func (k Kit) begin(title string) pages.Page {
	page := pages.Page{Title: title}
	page.Paragraph("Programme: " + k.Programme + ". All leaders and figures of the packs are invented.")
	page.Paragraph("When teams take figures for the last word, coaching works less well: a signal opens a conversation, and the leader decides.")
	return page
}

// table lays the weeks out side by side.
func (p SamplePack) table(page *pages.Page) {
	head := []string{"week"}
	for i := range p.Weeks {
		head = append(head, fmt.Sprint(i+1))
	}
	var rows [][]string
	for i, name := range p.Columns {
		row := []string{name}
		for _, week := range p.Weeks {
			row = append(row, fmt.Sprint(week[i]))
		}
		rows = append(rows, row)
	}
	page.Table("", "l"+strings.Repeat("r", len(p.Weeks)), head, rows)
}
