package roi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"github.com/coachgov/coaching"
)

// Schema is the version of the stored form of a statement.
const Schema = "roi-statement/v1"

// Bounds of a stored statement.
const (
	maxDocument = 4 << 20 // bytes
	maxLines    = maxCosts + 100
	maxArgs     = maxCosts + 400 // of all lines: the costs are summed up once
)

// ErrReplay reports a stored statement that does not come out of its own
// inputs and formulas byte for byte.
var ErrReplay = errors.New("roi: the statement does not replay")

// storedStatement is the stored form. Keys are written in the order of the
// fields, numbers as text.
type storedStatement struct {
	Schema   string            `json:"schema"`
	Digest   string            `json:"digest"`
	Label    Label             `json:"label"`
	Facts    Facts             `json:"facts"`
	Lines    []storedLine      `json:"lines"`
	Findings coaching.Findings `json:"findings"`
}

type storedLine struct {
	ID      string   `json:"id"`
	Step    int      `json:"step"`
	Label   string   `json:"label"`
	Unit    string   `json:"unit"`
	Op      Op       `json:"op"`
	Args    []string `json:"args"`
	Formula string   `json:"formula"`
	Num     string   `json:"num"`
	Den     string   `json:"den"`
	Places  int      `json:"places"`
	Mode    Mode     `json:"mode"`
	Display string   `json:"display"`
	Source  string   `json:"source"`
}

// JSON returns the statement in its stored form, which [Replay] reads: schema
// [Schema], two-space indent, keys in a fixed order, every number as text. The
// digest is the SHA-256 of the same document with an empty digest.
func (s *Statement) JSON() ([]byte, error) {
	d, err := s.stored()
	if err != nil {
		return nil, err
	}
	return encode(d)
}

// stored returns the stored form with its digest.
func (s *Statement) stored() (storedStatement, error) {
	d := storedStatement{Schema: Schema, Label: s.Label, Facts: s.Facts, Findings: s.Findings}
	if d.Findings == nil {
		d.Findings = coaching.Findings{}
	}
	d.Lines = make([]storedLine, 0, len(s.Lines))
	for _, l := range s.Lines {
		args := l.Args
		if args == nil {
			args = []string{}
		}
		d.Lines = append(d.Lines, storedLine{
			ID: l.ID, Step: l.Step, Label: l.Label, Unit: l.Unit, Op: l.Op, Args: args, Formula: l.Formula(),
			Num: l.Value.Num().String(), Den: l.Value.Den().String(),
			Places: l.Places, Mode: l.Mode, Display: l.Display, Source: l.Source,
		})
	}
	open, err := encode(d)
	if err != nil {
		return storedStatement{}, err
	}
	sum := sha256.Sum256(open)
	d.Digest = hex.EncodeToString(sum[:])
	return d, nil
}

// Digest returns the SHA-256 that [Statement.JSON] writes into the document: it
// names this statement and changes with anything in it.
func (s *Statement) Digest() (string, error) {
	d, err := s.stored()
	return d.Digest, err
}

func encode(d storedStatement) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, fmt.Errorf("roi: cannot store the statement: %w", err)
	}
	return b.Bytes(), nil
}

// Replay reads a stored statement, evaluates every line again from its
// inputs, and writes it out again. It returns the statement when the result is
// byte for byte what was given, and otherwise [ErrReplay] or an error that
// says which line differs. It never returns half a statement.
//
// It shows that the figures follow from the inputs, not that the inputs, the
// texts or the findings are those of the case: a digest is no signature. Keep
// the digest that was signed, or compute the case again.
func Replay(data []byte) (*Statement, error) {
	if len(data) > maxDocument {
		return nil, fmt.Errorf("roi: statement of %d bytes, want at most %d", len(data), maxDocument)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var d storedStatement
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("roi: not a stored statement: malformed JSON at byte %d", dec.InputOffset())
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("roi: data after the statement at byte %d", dec.InputOffset())
	}
	if d.Schema != Schema {
		return nil, fmt.Errorf("roi: schema of %d bytes is not %q", len(d.Schema), Schema)
	}
	if len(d.Lines) > maxLines {
		return nil, fmt.Errorf("roi: statement of %d lines, want at most %d", len(d.Lines), maxLines)
	}
	if !d.plain() {
		return nil, errors.New("roi: a text of the statement has a line break, a control or an invisible character")
	}
	t := newTrace(d.Facts.Rounding)
	args := 0
	for i, in := range d.Lines {
		if args += len(in.Args); args > maxArgs {
			return nil, fmt.Errorf("roi: statement of more than %d arguments in all its lines", maxArgs)
		}
		l := Line{ID: in.ID, Step: in.Step, Label: in.Label, Unit: in.Unit, Op: in.Op, Args: in.Args, Places: in.Places, Source: in.Source}
		if in.Places < 0 || in.Places > maxPlaces {
			return nil, fmt.Errorf("roi: line %d has %d places, want 0 to %d", i+1, in.Places, maxPlaces)
		}
		if in.Op == Input {
			v, err := storedValue(in.Num, in.Den)
			if err != nil {
				return nil, fmt.Errorf("roi: line %d: %w", i+1, err)
			}
			l.Value = v
		}
		if err := t.add(l); err != nil {
			return nil, err
		}
		if got := t.lines[i]; got.Display != in.Display || got.Value.Num().String() != in.Num || got.Value.Den().String() != in.Den || got.Mode != in.Mode {
			return nil, fmt.Errorf("%w: line %d has another value than its formula gives", ErrReplay, i+1)
		}
	}
	s := &Statement{Facts: d.Facts, Label: d.Label, Lines: t.lines, Findings: d.Findings}
	if err := s.fill(); err != nil {
		return nil, err
	}
	again, err := s.JSON()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, data) {
		return nil, ErrReplay
	}
	return s, nil
}

// plain reports whether every text that a statement prints is one line of
// visible characters, as [Case.Compute] makes sure of.
func (d *storedStatement) plain() bool {
	f := d.Facts
	texts := []string{f.Case, f.Title, f.KPI, f.Unit, f.Method, f.PCount, f.PTotal, f.Level, f.Band, f.BandLow, f.BandHigh,
		f.Rationale, f.Survey, f.Policy, f.PolicyDigest}
	if f.Override != nil {
		texts = append(texts, f.Override.Reason)
	}
	for _, x := range f.Intangibles {
		texts = append(texts, x.What, x.Seen, x.Source)
	}
	for _, l := range d.Lines {
		texts = append(texts, l.ID, l.Label, l.Unit, l.Source)
	}
	for _, f := range d.Findings {
		texts = append(texts, f.Code, f.File, f.Path, f.Message)
	}
	return !slices.ContainsFunc(texts, func(text string) bool { return !plain(text) })
}

// storedValue reads a fraction of two whole numbers under the bounds of
// [Ratio].
func storedValue(num, den string) (Exact, error) {
	const most = maxBits / 3 // digits; each is more than three bits
	var parts [2]*big.Int
	for i, text := range [2]string{num, den} {
		if len(text) > most {
			return Exact{}, fmt.Errorf("whole number of %d bytes, want at most %d", len(text), most)
		}
		body := text
		if i == 0 && len(body) > 1 && body[0] == '-' {
			body = body[1:]
		}
		if !digits(body) {
			return Exact{}, fmt.Errorf("text of %d bytes is not a whole number", len(text))
		}
		parts[i], _ = new(big.Int).SetString(text, 10)
	}
	return Ratio(parts[0], parts[1])
}
