package filestore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/audit/filestore"
)

const origin = "example.com/bench/audit"

func keys(t testing.TB) (*audit.Signer, *audit.Verifier) {
	t.Helper()
	secret, public, err := audit.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{1}, 32)), origin)
	require.NoError(t, err)
	signer, err := audit.NewSigner(secret)
	require.NoError(t, err)
	verifier, err := audit.NewVerifier(public)
	require.NoError(t, err)
	return signer, verifier
}

// event returns one of about 440 bytes, as the record of a decision is.
func event(t testing.TB) audit.Event {
	t.Helper()
	people, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, 32), coaching.Domain{Programme: "bench", Purpose: "audit"})
	require.NoError(t, err)
	coach, err := people.Person("coach")
	require.NoError(t, err)
	e, err := audit.NewEvent(time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC), audit.Actor{ID: coach, Role: coaching.Coach},
		audit.Export{Dataset: "packs_w05", Class: "aggregate", Format: "csv", Rows: 40, Digest: audit.DigestOf([]byte("x"))})
	require.NoError(t, err)
	return e
}

// A signed append against a raw write and fsync of the same bytes, per entry and
// per 64 entries. Each iteration is one entry in every row. The ratios mean
// something where an fsync takes 100 us or more.
func BenchmarkDurableAppend(b *testing.B) {
	ctx, e := context.Background(), event(b)
	signer, key := keys(b)
	probe, err := audit.NewLog(origin)
	require.NoError(b, err)
	entry, err := probe.Prepare(e)
	require.NoError(b, err)
	line := append(entry.Bytes(), '\n')
	b.Run("raw", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
		require.NoError(b, err)
		defer f.Close()
		for b.Loop() {
			if _, err := f.Write(line); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("signed per %d", n), func(b *testing.B) {
			s, err := filestore.Open(filepath.Join(b.TempDir(), "audit.log"))
			require.NoError(b, err)
			defer s.Close()
			j, err := audit.OpenJournal(ctx, s, key, nil)
			require.NoError(b, err)
			events := make([]audit.Event, n)
			for i := range events {
				events[i] = e
			}
			for i := 0; b.Loop(); i++ {
				if i%n != 0 {
					continue
				}
				if _, err := j.AppendAll(ctx, events...); err != nil {
					b.Fatal(err)
				}
				if _, err := j.Sign(signer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The ratios of BenchmarkDurableAppend, taken turn by turn: a disk that is slow for a
// while, since somebody else writes, is so for all three rows. How often a raw write
// and fsync of one record goes into the time of one signed record, by the medians.
func BenchmarkDurableAppendRatio(b *testing.B) {
	ctx, e := context.Background(), event(b)
	signer, key := keys(b)
	probe, err := audit.NewLog(origin)
	require.NoError(b, err)
	entry, err := probe.Prepare(e)
	require.NoError(b, err)
	line := append(entry.Bytes(), '\n')
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	require.NoError(b, err)
	defer f.Close()
	signed := func(n int) func() error {
		s, err := filestore.Open(filepath.Join(b.TempDir(), "audit.log"))
		require.NoError(b, err)
		b.Cleanup(func() { s.Close() })
		j, err := audit.OpenJournal(ctx, s, key, nil)
		require.NoError(b, err)
		events := slices.Repeat([]audit.Event{e}, n)
		return func() error {
			_, err := j.AppendAll(ctx, events...)
			_, unsigned := j.Sign(signer)
			return errors.Join(err, unsigned)
		}
	}
	rows := [...]func() error{
		func() error {
			_, err := f.Write(line)
			return errors.Join(err, f.Sync())
		},
		signed(1), signed(64),
	}
	var took [len(rows)][]time.Duration
	for b.Loop() {
		for i, row := range rows {
			begun := time.Now()
			if err := row(); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(begun))
		}
	}
	median := func(row int) float64 {
		slices.Sort(took[row])
		return float64(took[row][len(took[row])/2])
	}
	b.ReportMetric(median(0)/1000, "raw-us")
	b.ReportMetric(median(0)/median(1), "per-1-ratio")
	b.ReportMetric(64*median(0)/median(2), "per-64-ratio")
}

// A store of a million records is opened and its journal resumed from a frontier;
// and for comparison, opened whole. The store has a torn tail each time.
func BenchmarkReopenMillion(b *testing.B) {
	ctx := context.Background()
	signer, key := keys(b)
	path := filepath.Join(b.TempDir(), "audit.log")
	s, err := filestore.Open(path)
	require.NoError(b, err)
	j, err := audit.OpenJournal(ctx, s, key, nil)
	require.NoError(b, err)
	events := make([]audit.Event, 1000)
	for i := range events {
		events[i] = event(b)
	}
	million := 1000
	if testing.Short() {
		million = 10
	}
	for range million {
		_, err := j.AppendAll(ctx, events...)
		require.NoError(b, err)
	}
	frontier, err := j.SignFrontier(signer)
	require.NoError(b, err)
	head, err := j.Sign(signer)
	require.NoError(b, err)
	require.NoError(b, s.Close())
	open := func(b *testing.B, resume bool) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(b, err)
		_, err = f.WriteString("#1:0000")
		require.NoError(b, err)
		require.NoError(b, f.Close())
		s, err := filestore.Open(path)
		require.NoError(b, err)
		require.Positive(b, s.Repaired())
		if resume {
			_, err = audit.ResumeJournal(ctx, s, key, frontier, head)
		} else {
			_, err = audit.OpenJournal(ctx, s, key, head)
		}
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
	b.Run("resumed", func(b *testing.B) {
		for b.Loop() {
			open(b, true)
		}
	})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			open(b, false)
		}
	})
}
