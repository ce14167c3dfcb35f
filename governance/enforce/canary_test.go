package enforce_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/signal"
)

// A canary is an identity that is planted to see where it comes out.
type canary struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
	HRID  string `json:"hr_id"`
}

// canaries returns the 200 planted identities.
func canaries(t testing.TB) []canary {
	t.Helper()
	file, err := os.Open(datadir.Find(t, "corpus/data/canaries.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	var all []canary
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c canary
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		all = append(all, c)
	}
	require.Len(t, all, 200)
	return all
}

// forms returns the ways in which a text comes out: as it is, folded, quoted,
// encoded, or under a hash without a key.
func forms(s string) map[string]string {
	quoted, _ := json.Marshal(s)
	all := map[string]string{
		"url": url.QueryEscape(s), "json": string(quoted[1 : len(quoted)-1]), "quoted": strings.Trim(fmt.Sprintf("%+q", s), `"`),
	}
	for name, v := range map[string]string{"": s, "lower ": strings.ToLower(s), "upper ": strings.ToUpper(s)} {
		b := []byte(v)
		all[name+"plain"] = v
		all[name+"hex"] = hex.EncodeToString(b)
		all[name+"HEX"] = fmt.Sprintf("%X", b)
		all[name+"hex bytes"] = fmt.Sprintf("% x", b)
		all[name+"bytes"] = strings.Trim(fmt.Sprint(b), "[]")
		all[name+"go bytes"] = strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", b), "[]byte{"), "}")
		all[name+"base32"] = strings.TrimRight(base32.StdEncoding.EncodeToString(b), "=")
		for offset := range 3 { // base64 of a longer text that holds it
			e := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), b...))
			all[fmt.Sprint(name, "base64 ", offset)] = e[[]int{0, 2, 3}[offset] : len(e)-1]
		}
		m5, s1, s2, s5 := md5.Sum(b), sha1.Sum(b), sha256.Sum256(b), sha512.Sum512(b)
		for hash, sum := range map[string][]byte{"md5": m5[:], "sha1": s1[:], "sha256": s2[:], "sha512": s5[:]} {
			all[name+hash+" hex"] = hex.EncodeToString(sum)[:20]
			all[name+hash+" base64"] = base64.RawStdEncoding.EncodeToString(sum)[:16]
			all[name+hash+" base64url"] = base64.RawURLEncoding.EncodeToString(sum)[:16]
			all[name+hash+" base32"] = strings.ToLower(base32.StdEncoding.EncodeToString(sum))[:16]
		}
	}
	return all
}

// A scanner finds planted identities in a text, in any form. Forms are found by
// their first bytes, since there are tens of thousands of them.
type scanner map[[8]byte][]needle

type needle struct{ text, what string }

func newScanner(all []canary) scanner {
	s := scanner{}
	for _, c := range all {
		for field, value := range map[string]string{"email": c.Email, "name": c.Name, "hr_id": c.HRID} {
			for form, text := range forms(value) {
				if len(text) >= 8 {
					key := [8]byte([]byte(text[:8]))
					s[key] = append(s[key], needle{text, c.ID + " " + field + " " + form})
				}
			}
		}
	}
	return s
}

// find returns what a text gives away.
func (s scanner) find(text []byte) (found []string) {
	for at := 0; at+8 <= len(text); at++ {
		for _, n := range s[[8]byte(text[at:at+8])] {
			if bytes.HasPrefix(text[at:], []byte(n.text)) {
				found = append(found, n.what)
			}
		}
	}
	return found
}

// GOV-014: none of 200 identities is in the log, an export or a report of it, a
// finding, an error, or the print of any value of the workflow, in any of 60
// forms, while each of them is asked for, looked up, shown to the one who may see
// it, refused to others, moved to a new epoch and erased, by hosts whose errors
// are full of names.
func TestIdentityCanaries(t *testing.T) {
	ctx := context.Background()
	all := canaries(t)
	find := newScanner(all)
	for _, c := range []canary{all[0], all[199]} {
		for _, value := range []string{c.Email, c.Name, c.HRID} {
			for form, text := range forms(value) {
				if len(text) >= 8 {
					require.NotEmpty(t, find.find([]byte("x"+text+"y")), form)
				}
			}
		}
	}

	table := secretTable{}
	for _, c := range all {
		table[c.HRID] = secretFor(c.HRID)
	}
	domain := coaching.Domain{Programme: "pilot", Purpose: "coaching", Epoch: 1}
	plain, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{9}, coaching.MinMasterKey), domain)
	require.NoError(t, err)
	people := plain.WithSecrets(loud{table})
	domain.Epoch++
	next, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{9}, coaching.MinMasterKey), domain)
	require.NoError(t, err)
	next = next.WithSecrets(loud{table})

	store := new(audit.MemoryStore)
	d := newDesk(t, store)
	var out bytes.Buffer
	look := func(things ...any) {
		for _, thing := range things {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&out, verb+"\n", thing)
			}
			if b, err := json.Marshal(thing); err == nil {
				out.Write(b)
			}
			slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "thing", thing)
		}
	}
	names := func(fail bool) func(context.Context) iter.Seq2[string, error] {
		return func(context.Context) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) {
				for _, c := range all {
					if !yield(c.HRID, nil) || fail && !yield("", errors.New("lost after "+c.Name)) {
						return
					}
				}
			}
		}
	}
	directory := enforce.Directory{Pseudonymizer: people, People: names(false)}
	rows := map[coaching.PersonID][]byte{}
	vault := vaultOf(namedCipher{newSIV(1), all[0].Name}, rows)
	shown := 0
	for i, c := range all {
		at := func(minute int) time.Time { return minutes(20*i + minute) }
		id, err := people.Person(c.HRID)
		require.NoError(t, err)
		row, err := vault.Seal(id, c.Name)
		require.NoError(t, err)
		rows[id] = row
		consent := audit.ConsentChange{Participant: id, Signal: "meeting_hygiene", Purpose: "reidentification", Given: true}
		e, err := audit.NewEvent(at(0), audit.Actor{ID: id, Role: coaching.Participant}, consent)
		require.NoError(t, err)
		_, err = d.journal.Append(ctx, e)
		require.NoError(t, err)
		asked := func(minute int) *governance.Request {
			r := identify(at(minute))
			r.Resource.Owner = id
			r.Consents = signal.ConsentList{{Participant: id, Signal: "meeting_hygiene", Purpose: "reidentification", Granted: at(0)}}
			return r
		}
		request := fmt.Sprint("R-", i)
		fs, err := d.Ask(ctx, request, coach1(), asked(1), at(600))
		look(fs, err)
		for minute, by := range []audit.Actor{coach1(), lawyer(), sponsor()} {
			fs, err = d.Approve(ctx, request, by, asked(2+minute))
			look(fs, err)
		}
		// One in four goes wrong, each in its own way; one is refused.
		var from enforce.Identities = directory
		switch i % 8 {
		case 1:
			from = vault
		case 3:
			from = enforce.Directory{Pseudonymizer: people, People: names(true)}
		case 5:
			from = namer(func() (string, error) { return c.Name, errors.New(c.Email) })
		case 7:
			fs, err = d.Refuse(ctx, request, lawyer(), at(6))
			look(fs, err)
		}
		var sealed enforce.Sealed[string]
		fs, err = d.Reveal(ctx, request, admin1(), asked(7), from, func(identity string) error {
			shown++
			require.True(t, identity == c.HRID || identity == c.Name)
			sealed = enforce.Seal(asked(7).Resource, identity)
			if i%16 == 2 {
				return errors.New("no printer for " + identity)
			}
			return nil
		})
		look(fs, err, sealed, from, d.Reidentification, d.engine, people, *d)
		fs, err = d.Reveal(ctx, request, admin1(), asked(8), from, func(string) error { t.Error("shown twice"); return nil })
		look(fs, err)
		if i%10 == 0 {
			fs, err = d.engine.Erase(ctx, erase(id, 20*i+9), people, c.HRID, func(context.Context) error { return errors.New("locked: " + c.Name) })
			look(fs, err)
			fs, err = d.engine.Erase(ctx, erase(id, 20*i+9), people, c.HRID, table.shred(c.HRID))
			look(fs, err)
			require.NoError(t, err)
			fs, err = d.engine.Erase(ctx, erase(id, 20*i+9), people, c.HRID, table.shred(c.HRID))
			look(fs, err)
			_, err = people.Person(c.HRID)
			look(err)
		}
	}
	require.Greater(t, shown, 100)
	moved := 0
	err = people.Rotate(next, func(yield func(string, error) bool) {
		for _, c := range all {
			if !yield(c.HRID, nil) {
				return
			}
		}
	}, func(old, renewed coaching.PersonID) error { moved++; look(old, renewed); return nil })
	require.NoError(t, err)
	require.Equal(t, 180, moved)
	cases, err := d.Cases(ctx, minutes(100000))
	require.NoError(t, err)
	look(cases)
	look(cases, people.Rotate(next, func(yield func(string, error) bool) { yield(strings.Repeat(all[0].Name, 100), nil) }, func(_, _ coaching.PersonID) error { return nil }))
	for _, from := range []enforce.Identities{directory, vault} {
		look(from)
	}

	var lines bytes.Buffer
	require.NoError(t, audit.WriteLines(ctx, io.MultiWriter(&lines, &out), store))
	look(entries(t, store), audit.Verify(&lines, verifier(t), nil, d.journal.Head()), d.journal.Head())
	require.Greater(t, out.Len(), 1<<20)
	found := find.find(out.Bytes())
	slices.Sort(found)
	require.Empty(t, slices.Compact(found))
	t.Logf("%d bytes of output, %d identities shown", out.Len(), shown)
}

// loud is a table whose errors quote whom they are about.
type loud struct{ table secretTable }

func (l loud) Secret(identifier string) ([]byte, error) {
	secret, err := l.table.Secret(identifier)
	if err != nil {
		return nil, fmt.Errorf("secret of %s: %w", identifier, err)
	}
	return secret, nil
}

// namedCipher is a cipher that would tell a name if it were printed.
type namedCipher struct {
	siv
	Name string
}
