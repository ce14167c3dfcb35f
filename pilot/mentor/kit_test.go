package mentor_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/pilot/mentor"
)

// C-1, PIL-104, PIL-105: the agendas are as long as the workshops that are asked
// for.
func TestKitAgenda(t *testing.T) {
	for _, whole := range []bool{false, true} {
		k, err := mentor.NewKit("pilot", whole, rand.New(rand.NewPCG(1, 2)))
		require.NoError(t, err)
		minutes := 0
		for _, item := range k.Agenda {
			minutes += item.Minutes
		}
		require.Equal(t, map[bool]int{false: mentor.MinWorkshopMinutes, true: mentor.WorkshopMinutes}[whole], minutes)
	}
	_, err := mentor.NewKit(" ", false, rand.New(rand.NewPCG(1, 2)))
	require.ErrorContains(t, err, "name of the programme")
	_, err = mentor.NewKit("pilot", false, nil)
	require.ErrorContains(t, err, "no dice")
}

// PIL-106: whatever the dice, one pack holds a strong correlation that full
// weeks do not have, one a level that moved beyond its noise, one a single odd
// week; and nobody who misses the planted correlation passes.
func TestKitPlantsWhatItSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed, whole := rapid.Uint64().Draw(rt, "seed"), rapid.Bool().Draw(rt, "whole")
		k, err := mentor.NewKit("pilot", whole, rand.New(rand.NewPCG(seed, 1)))
		require.NoError(rt, err)
		again, err := mentor.NewKit("pilot", whole, rand.New(rand.NewPCG(seed, 1)))
		require.NoError(rt, err)
		require.Equal(rt, k, again)
		require.Len(rt, k.Packs, 3)

		planted, full := k.Packs[2], mentor.SamplePack{}
		for _, w := range planted.Weeks {
			if w[2] == 5 {
				full.Weeks = append(full.Weeks, w)
			}
		}
		require.Greater(rt, planted.Correlation(), 0.9)
		require.InDelta(rt, 0, full.Correlation(), 1e-12)
		require.Len(rt, full.Weeks, 9)

		lowest, highest := k.Packs[0].Weeks[0][0], k.Packs[0].Weeks[8][0]
		for i, w := range k.Packs[0].Weeks {
			if i < 8 {
				lowest = min(lowest, w[0])
			} else {
				highest = max(highest, w[0])
			}
		}
		require.Less(rt, highest, lowest, "every week since is below every week before")
		odd := 0
		for _, w := range k.Packs[1].Weeks {
			if w[0] >= 24 {
				odd++
			}
		}
		require.Equal(rt, 1, odd)

		var most []int
		total := 0
		for i, p := range k.Packs {
			require.Len(rt, p.Weeks, 12)
			for _, q := range p.Questions {
				total += q.Points
				if i == 2 {
					most = append(most, 0)
				} else {
					most = append(most, q.Points)
				}
			}
		}
		require.Equal(rt, 100, total)
		score, err := k.Score(most)
		require.NoError(rt, err)
		require.Less(rt, score, mentor.PassMark, "the planted correlation was missed")

		handout := string(k.Handout().Markdown()) + string(k.Handout().HTML())
		key := string(k.AnswerKey().Markdown())
		for _, p := range k.Packs {
			for _, q := range p.Questions {
				require.NotContains(rt, handout, q.Answer[:20])
				require.Contains(rt, key, strings.Fields(q.Answer)[0])
			}
		}
	})
}

func TestKitScoreRefuses(t *testing.T) {
	k, err := mentor.NewKit("pilot", false, rand.New(rand.NewPCG(1, 2)))
	require.NoError(t, err)
	_, err = k.Score([]int{15, 15, 20, 10, 30})
	require.ErrorContains(t, err, "points for 5 questions, want 6")
	_, err = k.Score([]int{15, 15, 20, 10, 31, 10})
	require.ErrorContains(t, err, "31 points for question 5, want 0 to 30")
	_, err = k.Score([]int{-1, 15, 20, 10, 30, 10})
	require.ErrorContains(t, err, "-1 points for question 1")
	score, err := k.Score([]int{15, 15, 20, 10, 30, 10})
	require.NoError(t, err)
	require.Equal(t, 100, score)
	require.Zero(t, mentor.SamplePack{Weeks: [][]int{{1}, {2}}}.Correlation())
	require.Zero(t, mentor.SamplePack{Weeks: [][]int{{1, 1}, {1, 2}}}.Correlation())
}
