package notice

import (
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// An Answer is one question of a participant with its answer, in plain words.
type Answer struct {
	Question string
	Text     string
}

// Answers returns the questions and answers that go with the notice, without
// technical words. Each answer says what the policy is proved to hold; a question
// to which it holds no answer is left out.
func (n Notice) Answers() []Answer {
	g, t := n.programme, n.terms
	var out []Answer
	add := func(question string, sentences ...string) {
		if text := joined(" ", sentences...); text != "" {
			out = append(out, Answer{question, text})
		}
	}
	add("Why do you ask me?", fmt.Sprintf("We try out whether coaching with a few figures helps. The goal is %s.", g.Outcome), "Whether you join is up to you.")
	add("Do you read my messages?", t.rawAnswer())
	add("What does my coach see?", t.coachAnswer())
	add("What do the sponsors see?", t.sponsorAnswer())
	add("Can this touch my pay or my job?", when(t.Rationale > 0, "Not by itself. If software suggests something that could touch pay, promotion or who does which job, a human must first look at it, agree and write down why."))
	add("When would you tell somebody my name?", t.nameAnswer())
	add("What if I change my mind?", when(t.Consent, "Tell us. From that moment on we no longer use data about you."), when(t.Consent, "%s", t.lookers()), when(t.Consent, "You do not have to say why."))
	add("Can I see what you hold about me?", when(t.OwnView, "Yes. Ask, and you get everything, in words you can read."))
	add("When is my data gone?", when(t.RawDays > 0, "After %d days at the latest.", t.RawDays), when(t.AggregateMonths > 0, "Figures of groups, which do not name you, stay for up to %d months.", t.AggregateMonths), when(t.Hold, "If the law tells us to keep something, we keep it that long."))
	add("What if a figure is wrong about me?", fmt.Sprintf("Say so. %s will look at it and answer within %d days. Your coach does not decide about it, and the data steward does not either.", capital(roleWords(g.Appeals.Role)), g.Appeals.Days))
	add("What can the figures not see?", "A lot. They count what leaves a trace. What you do in person, on the phone or in another tool may be missing, so tell your coach.")
	add("And if I am not happy with the answer?", "You can write to the data protection authority of your country at any time.")
	return out
}

func (t Terms) of(role coaching.Role) Access {
	for _, a := range t.Access {
		if a.Role == role {
			return a
		}
	}
	return Access{Role: role}
}

func (t Terms) rawAnswer() string {
	var readers []coaching.Role
	for _, a := range t.Access {
		if a.Raw.May && a.Role != coaching.System {
			readers = append(readers, a.Role)
		}
	}
	if len(readers) == 0 {
		return "No. Nobody in the programme sees raw records."
	}
	return when(!slices.Contains(readers, coaching.Coach), "Your coach never does. ") + "Raw records are open only to " + rolesList(readers, "and") + ", who check that the figures are right and the rules are kept."
}

func (t Terms) coachAnswer() string {
	a := t.of(coaching.Coach)
	named := a.Identity.nameAnswer("Coaches")
	switch {
	case a.Coded.May && a.Coded.Agreed && a.Coded.Own && !other(a.Identity):
		return joined(" ", "A short summary of the figures that you agreed to. Other coaches do not see it.", named)
	case a.Coded.May:
		return joined(" ", "A short summary of figures about you.", named)
	}
	return joined(" ", when(a.Groups.May, "Figures of groups."), when(a.Groups.May && !other(a.Identity), "None is about you."), named)
}

// other reports whether data with a name is open to others, whether or not its
// person has agreed.
func other(identity Reach) bool { return identity.May && !identity.OptIn }

// nameAnswer says when some people learn whom data is about; "" when they never do.
func (r Reach) nameAnswer(who string) string {
	switch {
	case !r.May:
		return ""
	case r.OptIn && r.Approvals > 0:
		return fmt.Sprintf("%s learn whom a code stands for only if that person has said yes before, and %s approved that one case.", who, approvers(r.Approvals))
	case r.OptIn:
		return who + " learn whom a code stands for only if that person has said yes before."
	case r.Approvals > 0:
		return fmt.Sprintf("%s can see data with your name once %s approved it. Nobody has to ask you.", who, approvers(r.Approvals))
	}
	return who + " can see data with your name."
}

func (t Terms) sponsorAnswer() string {
	roles := []Access{t.of(coaching.Sponsor), t.of(coaching.LDSponsor)}
	var named Reach
	single, groups := false, false
	for _, a := range roles {
		single = single || a.Raw.May || a.Coded.May || other(a.Identity)
		groups = groups || a.Groups.May
		named = weaker(named, a.Identity)
	}
	if single {
		return joined(" ", "Sponsors of the programme can see figures about you.", named.nameAnswer("Sponsors"))
	}
	size := when(t.Group > 0, " of at least %s people", number(t.Group))
	return joined(" ", "No figure about you alone.", when(groups, "Sponsors of the programme see figures of groups%s.", size), named.nameAnswer("Sponsors"))
}

// weaker returns what holds of both reaches to an identity.
func weaker(a, b Reach) Reach {
	switch {
	case !a.May:
		return b
	case !b.May:
		return a
	}
	return Reach{May: true, OptIn: a.OptIn && b.OptIn, Approvals: min(a.Approvals, b.Approvals)}
}

func (t Terms) nameAnswer() string {
	var all Reach
	for _, a := range t.Access {
		all = weaker(all, a.Identity)
	}
	switch {
	case !all.May:
		return "Never."
	case all.OptIn && all.Approvals > 0:
		return fmt.Sprintf("Only if you have said yes to it before, and %s approved this one case.", approvers(all.Approvals))
	}
	return "In the cases that the notice lists."
}

// approvers returns how many people have, at least 1.
func approvers(n int) string {
	if n == 1 {
		return "one person has"
	}
	return number(n) + " people have"
}

// FAQMarkdown returns the questions and answers in GitHub's dialect.
func (n Notice) FAQMarkdown() []byte { return n.whole(n.faq()).markdown() }

// FAQHTML returns the same as one self-contained, accessible page.
func (n Notice) FAQHTML() []byte { return n.whole(n.faq()).html() }

func (n Notice) faq() *page {
	p := &page{title: "Questions and answers: " + n.programme.Name}
	for _, a := range n.Answers() {
		p.heading(a.Question)
		p.paragraph(a.Text)
	}
	p.links(link{"If a signal gets you wrong:", "how to appeal", n.programme.Appeals.To})
	return p
}
