package signal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// CatalogueSchema is the version of a file of definitions.
const CatalogueSchema = "signal-catalogue/v1"

// ParseDefinitions reads a YAML or JSON file of definitions, chosen by the name's
// ending. Every fault of the file comes back at once, with positions: those of
// the document, and those of [Definition.Check]. It answers no definition when
// one blocks. The definitions keep the file's order; two with the same ID are a
// fault (SIG-DEF).
func ParseDefinitions(file string, data []byte) ([]Definition, coaching.Findings) {
	node, fs := yaml.ParseFile(file, data)
	if node == nil || fs.Blocked() {
		return nil, fs
	}
	var parsed definitionsFile
	positions, more := document.Decode(file, node, &parsed)
	fs = append(fs, more...)
	if fs.Blocked() {
		return nil, fs
	}
	seen := map[string]bool{}
	definitions := make([]Definition, 0, len(parsed.Signals))
	for i, text := range parsed.Signals {
		path := fmt.Sprintf("signals[%d]", i)
		d, found := text.definition()
		found = append(found, d.Check()...)
		if seen[d.ID] {
			found = append(found, coaching.Finding{Code: "SIG-DEF", Path: "id", Message: "another definition has this id"})
		}
		seen[d.ID] = true
		for _, f := range found {
			f.File, f.Path = file, path+"."+f.Path
			f.Line, f.Column = positions.At(f.Path)
			fs = append(fs, f)
		}
		definitions = append(definitions, d)
	}
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	return definitions, fs
}

// MarshalDefinitions writes definitions as the JSON file that [ParseDefinitions]
// reads back to the same definitions, in the order given. Equal definitions give
// equal bytes. It answers no bytes, and the findings, when they would not be
// read back so: one that blocks, two with the same ID, a text that breaks the
// line or is not UTF-8, a number beyond 1e30 or of more than 40 characters.
func MarshalDefinitions(definitions []Definition) ([]byte, coaching.Findings) {
	text, fs := writeDefinitions(definitions)
	if fs.Blocked() {
		return nil, fs
	}
	back, fs := ParseDefinitions("definitions.json", text)
	if fs.Blocked() {
		return nil, fs
	}
	if again, _ := writeDefinitions(back); !bytes.Equal(text, again) {
		return nil, coaching.Findings{{Code: "SIG-DEF", Path: "signals", Message: "a text is not UTF-8 or ends in a line feed"}}
	}
	return text, nil
}

func writeDefinitions(definitions []Definition) ([]byte, coaching.Findings) {
	file := definitionsFile{Schema: CatalogueSchema, Signals: make([]definitionText, len(definitions))}
	for i, d := range definitions {
		file.Signals[i] = textOf(d)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(file); err != nil {
		return nil, coaching.Findings{{Code: "SIG-DEF", Path: "signals", Message: "a word of a definition is not declared"}}
	}
	return b.Bytes(), nil
}

// DefinitionsSchema returns the JSON Schema (draft 2020-12) of a file of
// definitions, for editors. It describes the form only; the rules are in
// [Definition.Check].
func DefinitionsSchema() []byte {
	return document.Schema(definitionsFile{}, "https://github.com/coachgov/coaching/signal/definitions.schema.json", "Definitions of coaching signals, "+CatalogueSchema)
}

// maxDecimal is the largest number of a definition, so that it fits the digits
// that a document allows.
const maxDecimal = 1e30

// definitionsFile is the file as it is written. Numbers are decimals in quotes.
type definitionsFile struct {
	Schema  string           `json:"schema" doc:"enum=signal-catalogue/v1"`
	Signals []definitionText `json:"signals"`
}

// A definitionText holds the fields of a [Definition] in the order in which they
// are written.
type definitionText struct {
	ID         string     `json:"id" doc:"ident"`
	Version    int        `json:"version" doc:"min=1"`
	Name       string     `json:"name"`
	Source     Source     `json:"source"`
	Kind       Kind       `json:"kind"`
	Trace      TraceClass `json:"trace,omitzero"`
	Soft       bool       `json:"soft,omitzero"`
	Unit       string     `json:"unit"`
	Resolution string     `json:"resolution,omitzero" doc:"decimal"`
	Direction  Direction  `json:"direction"`
	Target     *bandText  `json:"target,omitzero"`
	Cadence    Cadence    `json:"cadence"`
	Class      DataClass  `json:"class"`
	Grain      Grain      `json:"grain"`
	Timing     Timing     `json:"timing"`
	Expr       exprText   `json:"expr"`
	Range      *bandText  `json:"range,omitzero"`
	Transform  Transform  `json:"transform,omitzero"`

	Noise            Level `json:"noise,omitzero"`
	Opacity          Level `json:"opacity,omitzero"`
	Interpretability Level `json:"interpretability,omitzero"`
	PrivacyRisk      Level `json:"privacy_risk,omitzero"`

	Explain     string   `json:"explain"`
	ProxyRisks  []string `json:"proxy_risks"`
	BlindSpots  []string `json:"blind_spots"`
	Restriction string   `json:"restriction,omitzero"`
	// A required key at the end: a file that was cut off lacks it.
	Behaviour string     `json:"behaviour"`
	Path      CausalPath `json:"path"`
}

type exprText struct {
	Op        Op       `json:"op"`
	Num       []string `json:"num"`
	Den       []string `json:"den,omitempty"`
	Threshold string   `json:"threshold,omitzero" doc:"decimal"`
}

type bandText struct {
	Low  string `json:"low" doc:"decimal"`
	High string `json:"high" doc:"decimal"`
}

// textOf writes a definition's numbers as decimals, and leaves zeros out.
func textOf(d Definition) definitionText {
	return definitionText{
		ID: d.ID, Version: d.Version, Name: d.Name, Source: d.Source, Kind: d.Kind, Trace: d.Trace, Soft: d.Soft,
		Unit: d.Unit, Resolution: decimalText(d.Resolution), Direction: d.Direction, Target: textOfBand(d.Target),
		Cadence: d.Cadence, Class: d.Class, Grain: d.Grain, Timing: d.Timing,
		Expr:  exprText{d.Expr.Op, d.Expr.Num, d.Expr.Den, decimalText(d.Expr.Threshold)},
		Range: textOfBand(d.Range), Transform: d.Transform, Behaviour: d.Behaviour, Path: d.Path, Explain: d.Explain,
		// A null would not be read back.
		ProxyRisks: append([]string{}, d.ProxyRisks...), BlindSpots: append([]string{}, d.BlindSpots...),
		Restriction: d.Restriction, Noise: d.Noise, Opacity: d.Opacity, Interpretability: d.Interpretability, PrivacyRisk: d.PrivacyRisk,
	}
}

func textOfBand(b *Band) *bandText {
	if b == nil {
		return nil
	}
	return &bandText{strconv.FormatFloat(b.Low, 'f', -1, 64), strconv.FormatFloat(b.High, 'f', -1, 64)}
}

func decimalText(x float64) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// definition turns the file's texts into a Definition. The document reader has
// seen to it that decimals are decimals; those beyond maxDecimal are reported.
func (t definitionText) definition() (Definition, coaching.Findings) {
	var fs coaching.Findings
	number := func(text, path string) float64 {
		if text == "" {
			return 0
		}
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(x) > maxDecimal {
			fs = append(fs, coaching.Finding{Code: "SIG-DEF", Path: path, Message: "beyond 1e30"})
		}
		return x
	}
	band := func(b *bandText, path string) *Band {
		if b == nil {
			return nil
		}
		return &Band{number(b.Low, path+".low"), number(b.High, path+".high")}
	}
	d := Definition{
		ID: t.ID, Version: t.Version, Name: t.Name, Source: t.Source, Kind: t.Kind, Trace: t.Trace, Soft: t.Soft,
		Unit: t.Unit, Resolution: number(t.Resolution, "resolution"), Direction: t.Direction, Target: band(t.Target, "target"),
		Cadence: t.Cadence, Class: t.Class, Grain: t.Grain, Timing: t.Timing,
		Expr:  Expr{Op: t.Expr.Op, Num: t.Expr.Num, Den: t.Expr.Den, Threshold: number(t.Expr.Threshold, "expr.threshold")},
		Range: band(t.Range, "range"), Transform: t.Transform, Behaviour: t.Behaviour, Path: t.Path, Explain: t.Explain,
		ProxyRisks: t.ProxyRisks, BlindSpots: t.BlindSpots, Restriction: t.Restriction,
		Noise: t.Noise, Opacity: t.Opacity, Interpretability: t.Interpretability, PrivacyRisk: t.PrivacyRisk,
	}
	return d, fs
}
