package governance

// This is the only file that knows the engine which reads conditions. It gives
// the rest of the package an expr, and a program for what no closure covers.

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/coachgov/coaching/internal/document"
)

// Bounds on one condition. A condition needs none of this room; text that does
// is hostile or belongs into the host.
const (
	maxCondition = 2048   // characters
	maxExprNodes = 400    // sub-expressions
	maxExprDepth = 24     // inside one another
	maxEstimate  = 10_000 // cost units of the engine, estimated at load
	maxCost      = 20_000 // cost units of the engine, spent at run time
)

// A celProblem is something wrong with a condition, at a character of it.
type celProblem struct {
	at      int
	code    string
	message string
}

// A program evaluates a condition that lies outside the typed fragment. The
// text says what failed when there is no value.
type program func(*facts) (truth, string)

// A celEnv reads conditions over the attributes and the parameters of one
// policy. It is immutable.
type celEnv struct {
	env    *cel.Env
	params map[string]*expr
	exts   []attribute // of the host's own, from attrCount on
	names  []string    // every word a condition may use, for suggestions
}

// newCELEnv returns the environment for these parameters, which are constants
// with a name, and these attributes of the host's own.
func newCELEnv(params []*expr, exts ...attribute) (*celEnv, error) {
	c := &celEnv{params: map[string]*expr{}, exts: exts}
	for _, a := range slices.Concat(attributes[:attrCount], exts) {
		c.names = append(c.names, a.name)
	}
	for _, p := range params {
		c.params[p.param] = p
		c.names = append(c.names, "param."+p.param)
	}
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("governance: preparing CEL: %w", err)
	}
	texts := cel.ListType(cel.StringType)
	opts := []cel.EnvOption{
		cel.CustomTypeAdapter(registry),
		cel.CustomTypeProvider(&celProvider{Provider: registry, c: c}),
		cel.ClearMacros(),
		cel.Macros(cel.HasMacro, cel.ExistsMacro),
		cel.EnableMacroCallTracking(), // so that exists prints as it was written
		cel.ParserExpressionSizeLimit(maxCondition),
		cel.ExpressionNodeLimit(maxExprNodes),
		cel.ExpressionNestingDepthLimit(maxExprDepth),
		cel.Function("hasAny", cel.MemberOverload("texts_has_any", []*cel.Type{texts, texts}, cel.BoolType, cel.BinaryBinding(celHasAny))),
		cel.Function("hasAll", cel.MemberOverload("texts_has_all", []*cel.Type{texts, texts}, cel.BoolType, cel.BinaryBinding(celHasAll))),
		cel.Function("addMonths", cel.Overload("add_months", []*cel.Type{cel.TimestampType, cel.IntType}, cel.TimestampType, cel.BinaryBinding(celAddMonths))),
	}
	for _, name := range []string{"action", "purpose", "now"} {
		a, _ := attrNamed(name)
		opts = append(opts, cel.Variable(name, celType(attributes[a].kind)))
	}
	for _, group := range celGroups() {
		opts = append(opts, cel.Variable(group, cel.ObjectType(group)))
	}
	if c.env, err = cel.NewEnv(opts...); err != nil {
		return nil, fmt.Errorf("governance: preparing CEL: %w", err)
	}
	return c, nil
}

// celGroups returns the words before the dot.
func celGroups() []string {
	return []string{"subject", "resource", "consent", "approval", "review", "param", "ext"}
}

// attrNamed returns the library's own attribute of a name.
func attrNamed(name string) (attr, bool) {
	for a := range attrCount {
		if attributes[a].name == name {
			return a, true
		}
	}
	return 0, false
}

// named returns the attribute of a name, also of the host's own.
func (c *celEnv) named(name string) (attr, bool) {
	for i := range c.exts {
		if c.exts[i].name == name {
			return attrCount + attr(i), true
		}
	}
	return attrNamed(name)
}

// of returns what an attribute is.
func (c *celEnv) of(a attr) attribute {
	if a >= attrCount {
		return c.exts[a-attrCount]
	}
	return attributes[a]
}

func celType(k kind) *cel.Type {
	switch k {
	case kindBool:
		return cel.BoolType
	case kindInt:
		return cel.IntType
	case kindDuration:
		return cel.DurationType
	case kindTime:
		return cel.TimestampType
	case kindSet:
		return cel.ListType(cel.StringType)
	case kindPerson:
		return cel.OpaqueType("person")
	}
	return cel.StringType
}

// celProvider declares the fields of the groups and reads them from facts.
type celProvider struct {
	types.Provider
	c *celEnv
}

func (p *celProvider) FindStructType(name string) (*types.Type, bool) {
	if slices.Contains(celGroups(), name) {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

func (p *celProvider) FindStructFieldType(group, field string) (*types.FieldType, bool) {
	if group == "param" {
		c, ok := p.c.params[field]
		if !ok {
			return nil, false
		}
		return &types.FieldType{
			Type:    celType(c.kind),
			IsSet:   func(any) bool { return true },
			GetFrom: func(any) (any, error) { return celConst(c), nil },
		}, true
	}
	a, ok := p.c.named(group + "." + field)
	if !ok {
		return p.Provider.FindStructFieldType(group, field)
	}
	at := p.c.of(a)
	return &types.FieldType{
		Type:  celType(at.kind),
		IsSet: func(obj any) bool { f, ok := obj.(*facts); return ok && f.has(a) },
		GetFrom: func(obj any) (any, error) {
			f, ok := obj.(*facts)
			if !ok || !f.has(a) {
				return nil, fmt.Errorf("%s is absent", at.name)
			}
			return celValue(f, a, at), nil
		},
	}, true
}

// celFacts resolves the variables of a condition.
type celFacts struct{ f *facts }

func (v celFacts) Parent() cel.Activation { return nil }

func (v celFacts) ResolveName(name string) (any, bool) {
	if a, ok := attrNamed(name); ok {
		return celValue(v.f, a, attributes[a]), true
	}
	return v.f, slices.Contains(celGroups(), name)
}

func celConst(e *expr) ref.Val {
	switch e.kind {
	case kindBool:
		return types.Bool(e.num != 0)
	case kindDuration:
		return types.Duration{Duration: time.Duration(e.num)}
	}
	return types.Int(e.num)
}

func celValue(f *facts, a attr, at attribute) ref.Val {
	v := f.num[a]
	switch at.kind {
	case kindBool:
		return types.Bool(v != 0)
	case kindDuration:
		return types.Duration{Duration: time.Duration(v)}
	case kindTime:
		return types.Timestamp{Time: time.Unix(0, v).UTC()}
	case kindEnum:
		return types.String(at.names[v])
	case kindSet:
		return types.NewStringList(types.DefaultTypeAdapter, namesIn(v, at.names))
	case kindText:
		return types.String(f.text(a))
	case kindPerson:
		return celPerson(f.personOf(a).String())
	}
	return types.Int(v)
}

// A celPerson is a pseudonym, which can be compared and nothing else.
type celPerson string

func (p celPerson) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("a person has no other form")
}
func (p celPerson) ConvertToType(ref.Type) ref.Val { return types.NewErr("a person has no other type") }
func (p celPerson) Equal(other ref.Val) ref.Val    { return types.Bool(other == ref.Val(p)) }
func (p celPerson) Type() ref.Type                 { return cel.OpaqueType("person") }
func (p celPerson) Value() any                     { return string(p) }

func celHasAny(l, r ref.Val) ref.Val {
	for it := r.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		if l.(traits.Lister).Contains(it.Next()) == types.True {
			return types.True
		}
	}
	return types.False
}

func celHasAll(l, r ref.Val) ref.Val {
	for it := r.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		if l.(traits.Lister).Contains(it.Next()) != types.True {
			return types.False
		}
	}
	return types.True
}

func celAddMonths(at, n ref.Val) ref.Val {
	t, ok := monthsLater(at.(types.Timestamp).UnixNano(), int64(n.(types.Int)))
	if !ok {
		return types.NewErr("addMonths takes at most %d months", maxMonths)
	}
	return types.Timestamp{Time: time.Unix(0, t).UTC()}
}

// read parses and checks a condition. With problems there is no expression.
// The program is nil when a closure can take its place.
func (c *celEnv) read(source string) (*expr, program, []celProblem) {
	checked, problems := c.check(source)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	r := &celReader{c: c, a: checked.NativeRep(), source: []rune(source)}
	e := r.convert(r.a.Expr())
	if len(r.problems) == 0 && e.kind != kindBool {
		r.fail(0, "POL-TYPE", "the condition is a value of type %s, want true or false", r.a.GetType(r.a.Expr().ID()))
	}
	if len(r.problems) > 0 {
		return nil, nil, sortProblems(r.problems)
	}
	if _, ok := lower(e); ok {
		return e, nil, nil
	}
	estimate, err := c.env.EstimateCost(checked, celSizes{})
	if err != nil || estimate.Max > maxEstimate {
		return nil, nil, []celProblem{{code: "POL-COST",
			message: fmt.Sprintf("the condition could cost %d units, at most %d are allowed; nested exists is the usual reason", estimate.Max, maxEstimate)}}
	}
	run, err := c.program(checked)
	if err != nil {
		return nil, nil, []celProblem{{code: "POL-SYNTAX", message: "the condition cannot be planned"}}
	}
	return e, run, nil
}

// check parses and type-checks.
func (c *celEnv) check(source string) (*cel.Ast, []celProblem) {
	if n := len([]rune(source)); n > maxCondition {
		return nil, []celProblem{{code: "POL-LENGTH", message: fmt.Sprintf("the condition has %d characters, at most %d are allowed", n, maxCondition)}}
	}
	parsed, issues := c.env.Parse(source)
	if issues.Err() != nil {
		return nil, celIssues(source, issues, "POL-SYNTAX")
	}
	w := &celWalker{c: c, info: parsed.NativeRep().SourceInfo(), source: []rune(source), params: c.params}
	w.walk(parsed.NativeRep().Expr(), nil)
	if len(w.problems) > 0 {
		return nil, sortProblems(w.problems)
	}
	checked, issues := c.env.Check(parsed)
	if issues.Err() != nil {
		return nil, celIssues(source, issues, "POL-TYPE")
	}
	for id, t := range checked.NativeRep().TypeMap() {
		if isDyn(t) {
			w.fail(id, "POL-DYN", "a value without a type; every value must have one")
		}
	}
	return checked, sortProblems(w.problems)
}

// isDyn reports whether a type, or one of its parts, is none: a list of a text and
// a number is a list of anything.
func isDyn(t *types.Type) bool {
	return t.Kind() == types.DynKind || slices.ContainsFunc(t.Parameters(), isDyn)
}

// program plans a checked condition. Reads of optional attributes are guarded
// and no function in the list above can fail, so what is left to go wrong is
// the cost.
func (c *celEnv) program(checked *cel.Ast) (program, error) {
	p, err := c.env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return nil, err
	}
	return func(f *facts) (truth, string) {
		v, _, err := p.Eval(celFacts{f})
		if err != nil {
			return noValue, "the condition has no value: an attribute is absent, or it cost more than allowed"
		}
		b, ok := v.(types.Bool)
		if !ok {
			return noValue, "the condition is neither true nor false"
		}
		return truthOf(bool(b)), ""
	}, nil
}

// celSizes bounds the sizes that a cost is estimated with.
type celSizes struct{}

func (celSizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if n.Type().Kind() == types.ListKind {
		s := cost.ListSizeEstimate(cost.RangedSizeEstimate(0, 32), cost.RangedSizeEstimate(0, 64))
		return &s
	}
	s := cost.RangedSizeEstimate(0, 64)
	return &s
}

func (celSizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

func sortProblems(ps []celProblem) []celProblem {
	slices.SortFunc(ps, func(a, b celProblem) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.code, b.code), cmp.Compare(a.message, b.message))
	})
	return slices.Compact(ps)
}

// celIssues turns the engine's messages into ours.
func celIssues(source string, issues *cel.Issues, code string) []celProblem {
	lines := strings.SplitAfter(source, "\n")
	var ps []celProblem
	for _, e := range issues.Errors() {
		at := 0
		for i := 0; i < e.Location.Line()-1 && i < len(lines); i++ {
			at += len([]rune(lines[i]))
		}
		message, _, _ := strings.Cut(e.Message, "\n")
		message, _, _ = strings.Cut(strings.TrimPrefix(message, "Syntax error: "), " expecting ")
		for _, o := range []string{"==", "!=", "<=", ">=", "<", ">", "&&", "||", "+", "-"} {
			message = strings.ReplaceAll(message, "_"+o+"_", o)
		}
		message = strings.NewReplacer("!_", "!", "@in", "in", "_?_:_", "?:", "ERROR: ", "").Replace(message)
		problem := celProblem{at: at + max(0, e.Location.Column()), code: code, message: message}
		for _, bound := range []string{"limit exceeded", "exceeds limit", "max recursion depth"} {
			if strings.Contains(message, bound) {
				problem.code = "POL-COST"
			}
		}
		ps = append(ps, problem)
	}
	return sortProblems(ps)
}

// A celWalker looks over a parsed condition for what this library does not
// take, before types are checked, so that the message can name it.
type celWalker struct {
	c        *celEnv
	info     *ast.SourceInfo
	source   []rune
	params   map[string]*expr
	over     map[string]vocabulary // of the variables of the exists around it
	problems []celProblem
}

func (w *celWalker) fail(id int64, code, format string, args ...any) {
	at := 0
	if r, ok := w.info.GetOffsetRange(id); ok {
		at = int(r.Start)
	}
	// A call begins at its bracket for the engine, at its name for a reader.
	for at > 0 && at < len(w.source) && w.source[at] == '(' && (w.source[at-1] == '_' || unicode.IsLetter(w.source[at-1])) {
		for at > 0 && (w.source[at-1] == '_' || unicode.IsLetter(w.source[at-1])) {
			at--
		}
	}
	w.problems = append(w.problems, celProblem{at: at, code: code, message: fmt.Sprintf(format, args...)})
}

// celFunctions returns the functions that a condition may call.
func celFunctions() []string {
	return []string{
		operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional,
		operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.In, operators.NotStrictlyFalse, "size", "hasAny", "hasAll", "addMonths", "duration", "timestamp",
		"startsWith", "endsWith", "contains",
	}
}

// start returns where an expression begins.
func (w *celWalker) start(e ast.Expr) int { return celStart(w.info, e, len(w.source)) }

// walk looks over an expression and returns which words it can have.
func (w *celWalker) walk(e ast.Expr, vars []string) vocabulary {
	switch e.Kind() {
	case ast.IdentKind:
		name := e.AsIdent()
		if of, ok := w.over[name]; ok {
			return of
		}
		if a, ok := attrNamed(name); ok {
			return vocabularyOf(w.c.of(a))
		}
		if !slices.Contains(vars, name) {
			w.unknown(e.ID(), name)
		}
	case ast.SelectKind:
		s := e.AsSelect()
		if s.Operand().Kind() != ast.IdentKind {
			w.fail(e.ID(), "POL-ATTRIBUTE", "an attribute has two words, such as resource.type")
			break
		}
		group := s.Operand().AsIdent()
		name := group + "." + s.FieldName()
		if _, ok := w.params[s.FieldName()]; group == "param" && ok {
			break
		}
		a, ok := w.c.named(name)
		if !ok {
			w.unknown(s.Operand().ID(), name)
		} else if !s.IsTestOnly() {
			return vocabularyOf(w.c.of(a))
		}
	case ast.LiteralKind:
		switch e.AsLiteral().Type() {
		case types.StringType:
			return vocabulary{texts: []literal{{string(e.AsLiteral().(types.String)), w.start(e)}}}
		case types.DoubleType:
			w.fail(e.ID(), "POL-FLOAT", "a number with a point; conditions count in whole numbers")
		case types.BytesType, types.NullType, types.UintType:
			w.fail(e.ID(), "POL-TYPE", "a %s; conditions use texts, whole numbers, true and false", e.AsLiteral().Type().TypeName())
		}
	case ast.ListKind:
		if e.AsList().Size() == 0 {
			w.fail(e.ID(), "POL-TYPE", "an empty list")
		}
		var all vocabulary
		for _, x := range e.AsList().Elements() {
			all = w.meet(w.start(x), all, w.walk(x, vars))
		}
		all.list = true
		return all
	case ast.CallKind:
		call := e.AsCall()
		w.function(e.ID(), call)
		args := call.Args()
		if slices.Contains(celRefusedMacros(), call.FunctionName()) {
			args = nil
		}
		if call.IsMemberFunction() {
			args = append([]ast.Expr{call.Target()}, args...)
		}
		at, of := make([]int, len(args)), make([]vocabulary, len(args))
		for i, x := range args {
			at[i], of[i] = w.start(x), w.walk(x, vars)
		}
		return w.words(call.FunctionName(), at, of)
	case ast.ComprehensionKind:
		k := e.AsComprehension()
		of := w.walk(k.IterRange(), vars)
		of.list = false
		inner := append(slices.Clone(vars), k.IterVar(), k.AccuVar())
		outside := w.over
		w.over = maps.Clone(outside)
		if w.over == nil {
			w.over = map[string]vocabulary{}
		}
		w.over[k.IterVar()] = of
		w.walk(k.LoopStep(), inner)
		w.walk(k.LoopCondition(), inner)
		w.over = outside
	default:
		w.fail(e.ID(), "POL-FUNCTION", "maps and messages cannot be used here")
	}
	return vocabulary{}
}

func celRefusedMacros() []string { return []string{"all", "exists_one", "map", "filter"} }

func (w *celWalker) function(id int64, call ast.CallExpr) {
	name := call.FunctionName()
	switch {
	case name == "duration" || name == "timestamp":
		if _, problem := celInstant(call); problem != "" {
			w.fail(id, "POL-CONSTANT", "%s", problem)
		}
	case slices.Contains(celFunctions(), name):
	case name == "all":
		w.fail(id, "POL-ALL", "all is true of an empty set; use hasAll, or a count")
	case name == "dyn":
		w.fail(id, "POL-DYN", "dyn takes the type away; every value must have one")
	case name == "double":
		w.fail(id, "POL-FLOAT", "double; conditions count in whole numbers")
	default:
		shown := name
		if symbol, ok := operators.FindReverse(name); ok && symbol != "" {
			shown = symbol
		}
		w.fail(id, "POL-FUNCTION", "%s cannot be used here; available are size, hasAny, hasAll, exists, addMonths, duration, timestamp, startsWith, endsWith, contains%s",
			shown, document.Suggest(name, celFunctions()[12:]))
	}
}

// celInstant reads duration("...") and timestamp("..."), whose texts must be
// constants: a bad one would otherwise fail in production.
func celInstant(call ast.CallExpr) (nanoseconds int64, problem string) {
	text := ""
	if args := call.Args(); len(args) == 1 && args[0].Kind() == ast.LiteralKind {
		if v, ok := args[0].AsLiteral().(types.String); ok && len(v) <= 64 {
			text = string(v)
		}
	}
	if call.FunctionName() == "duration" {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, `want a constant duration in hours, minutes or seconds, such as duration("2160h")`
		}
		return int64(d), ""
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || !inRange(t) {
		return 0, fmt.Sprintf(`want a constant instant between %d and %d, such as timestamp("2027-01-04T09:00:00Z")`, firstYear, lastYear)
	}
	return t.UnixNano(), ""
}

func (w *celWalker) unknown(id int64, name string) {
	w.fail(id, "POL-ATTRIBUTE", "unknown attribute%s", document.Suggest(name, w.c.names))
}

// A celReader turns a checked condition into an expr.
type celReader struct {
	c        *celEnv
	a        *ast.AST
	source   []rune
	problems []celProblem
}

func (r *celReader) fail(at int, code, format string, args ...any) {
	r.problems = append(r.problems, celProblem{at: at, code: code, message: fmt.Sprintf(format, args...)})
}

// start returns where an expression begins: at its first operand.
func (r *celReader) start(e ast.Expr) int { return celStart(r.a.SourceInfo(), e, len(r.source)) }

// celStart is start in a source of n characters.
func celStart(info *ast.SourceInfo, e ast.Expr, n int) int {
	at := n
	if o, ok := info.GetOffsetRange(e.ID()); ok {
		at = int(o.Start)
	}
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			at = min(at, celStart(info, c.Target(), n))
		}
		for _, x := range c.Args() {
			at = min(at, celStart(info, x, n))
		}
	case ast.SelectKind:
		at = min(at, celStart(info, e.AsSelect().Operand(), n))
	case ast.ComprehensionKind:
		at = min(at, celStart(info, e.AsComprehension().IterRange(), n))
	}
	return at
}

func (r *celReader) convert(e ast.Expr) *expr {
	out := &expr{at: r.start(e)}
	switch e.Kind() {
	case ast.IdentKind:
		if a, ok := attrNamed(e.AsIdent()); ok {
			return r.attr(out, opAttr, a)
		}
	case ast.SelectKind:
		s := e.AsSelect()
		if s.Operand().AsIdent() == "param" {
			c := *r.c.params[s.FieldName()]
			c.at = out.at
			return &c
		}
		a, _ := r.c.named(s.Operand().AsIdent() + "." + s.FieldName())
		if s.IsTestOnly() {
			return r.attr(out, opHas, a)
		}
		return r.attr(out, opAttr, a)
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.Bool:
			out.kind = kindBool
			if v {
				out.num = 1
			}
			return out
		case types.Int:
			out.kind, out.num = kindInt, int64(v)
			return out
		case types.String:
			out.kind, out.text = kindText, string(v)
			return out
		}
	case ast.ListKind:
		out.op = opList
		for _, x := range e.AsList().Elements() {
			out.args = append(out.args, r.convert(x))
		}
		return out
	case ast.CallKind:
		return r.call(e, out)
	}
	return r.foreign(e, out)
}

func (r *celReader) attr(out *expr, o op, a attr) *expr {
	at := r.c.of(a)
	out.op, out.attr, out.name, out.kind = o, a, at.name, kindBool
	if o == opAttr {
		out.kind, out.names = at.kind, at.names
	}
	return out
}

// celOps returns the operator of a function, opForeign when it has none.
func celOp(name string) op {
	switch name {
	case operators.LogicalAnd:
		return opAnd
	case operators.LogicalOr:
		return opOr
	case operators.LogicalNot:
		return opNot
	case operators.Conditional:
		return opIf
	case operators.Equals:
		return opEqual
	case operators.NotEquals:
		return opNotEqual
	case operators.Less:
		return opLess
	case operators.LessEquals:
		return opLessEq
	case operators.Greater:
		return opMore
	case operators.GreaterEquals:
		return opMoreEq
	case operators.In:
		return opIn
	case "hasAny":
		return opHasAny
	case "hasAll":
		return opHasAll
	case "size":
		return opSize
	case "addMonths":
		return opAddMonths
	}
	return opForeign
}

func (r *celReader) call(e ast.Expr, out *expr) *expr {
	c := e.AsCall()
	if name := c.FunctionName(); name == "duration" || name == "timestamp" {
		out.kind = kindDuration
		if name == "timestamp" {
			out.kind = kindTime
		}
		out.num, _ = celInstant(c)
		return out
	}
	out.op = celOp(c.FunctionName())
	if out.op == opForeign {
		return r.foreign(e, out)
	}
	if c.IsMemberFunction() {
		out.args = append(out.args, r.convert(c.Target()))
	}
	for _, x := range c.Args() {
		arg := r.convert(x)
		if (out.op == opAnd || out.op == opOr) && arg.op == out.op {
			out.args = append(out.args, arg.args...) // a && (b && c) is a && b && c
			continue
		}
		out.args = append(out.args, arg)
	}
	for i, a := range out.args {
		r.units(a, out.op == opAddMonths && i == 1)
	}
	out.kind = kindBool
	switch out.op {
	case opNot:
		if out.args[0].op == opNot { // !!a is a
			return out.args[0].args[0]
		}
	case opSize:
		out.kind = kindInt
	case opAddMonths:
		out.kind = kindTime
	case opIf:
		if out.args[1].kind != kindBool || out.args[2].kind != kindBool {
			return r.foreign(e, out)
		}
	case opEqual, opNotEqual, opIn, opHasAny, opHasAll, opLess, opLessEq, opMore, opMoreEq:
		r.nameConstants(out)
	}
	return out
}

// units reports a parameter that counts months where something else is counted,
// and the other way round: both are whole numbers to the type checker.
func (r *celReader) units(e *expr, months bool) {
	for _, a := range e.args {
		if e.op == opList {
			r.units(a, months)
		}
	}
	switch {
	case e.param == "" || e.kind != kindInt || e.month == months:
	case months:
		r.fail(e.at, "POL-TYPE", "param.%s does not count months", e.param)
	default:
		r.fail(e.at, "POL-TYPE", "param.%s counts months, which only addMonths takes", e.param)
	}
}

// nameConstants turns the texts that are compared with an enum or a set into
// that enum's values; the walker has reported those that are none, and enums that
// have different values.
func (r *celReader) nameConstants(e *expr) {
	var names []string
	for _, a := range e.args {
		if a.op == opAttr && a.names != nil {
			names = a.names
		}
	}
	if names == nil {
		return
	}
	name := func(x *expr) {
		if i := slices.Index(names, x.text); x.op == opConst && x.kind == kindText && i >= 0 {
			x.kind, x.num, x.text, x.names = kindEnum, int64(i), "", names
		}
	}
	for _, a := range e.args {
		if a.op == opList {
			for _, x := range a.args {
				name(x)
			}
		}
		name(a)
	}
}

// foreign keeps what lies outside the typed fragment as its source, with the
// attributes inside it.
func (r *celReader) foreign(e ast.Expr, out *expr) *expr {
	*out = expr{op: opForeign, at: out.at}
	if text, err := cel.ExprToString(e, r.a.SourceInfo()); err == nil {
		out.text = text
	}
	if r.a.GetType(e.ID()).Kind() == types.BoolKind {
		out.kind = kindBool
	}
	var gather func(e ast.Expr)
	gather = func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind, ast.SelectKind:
			x := r.convert(e)
			if x.op == opAttr || x.op == opHas {
				out.args = append(out.args, x)
			}
		case ast.ListKind:
			for _, x := range e.AsList().Elements() {
				gather(x)
			}
		case ast.CallKind:
			if e.AsCall().IsMemberFunction() {
				gather(e.AsCall().Target())
			}
			for _, x := range e.AsCall().Args() {
				gather(x)
			}
		case ast.ComprehensionKind:
			gather(e.AsComprehension().IterRange())
			gather(e.AsComprehension().LoopStep())
		}
	}
	if e.Kind() != ast.IdentKind && e.Kind() != ast.SelectKind {
		gather(e)
	}
	return out
}

// value reads what stands between the braces of a message: an attribute, a
// parameter or a size, but no person.
func (c *celEnv) value(source string) (*expr, []celProblem) {
	if e := c.word(source); e != nil {
		return e, nil
	}
	checked, problems := c.check(source)
	if len(problems) > 0 {
		return nil, problems
	}
	r := &celReader{c: c, a: checked.NativeRep(), source: []rune(source)}
	e := r.convert(r.a.Expr())
	simple := e.op == opAttr || e.op == opConst || e.op == opSize && e.args[0].op == opAttr
	if !simple || e.kind == kindPerson {
		r.fail(0, "POL-FUNCTION", "a message shows an attribute, a parameter or a size, and never a person")
	}
	return e, r.problems
}

// word returns the attribute or the parameter of a name, which needs no parser;
// nil for anything else, and for people.
func (c *celEnv) word(name string) *expr {
	if id, ok := strings.CutPrefix(name, "param."); ok && c.params[id] != nil {
		e := *c.params[id]
		return &e
	}
	a, ok := c.named(name)
	if at := c.of(a); ok && at.kind != kindPerson {
		return &expr{op: opAttr, kind: at.kind, attr: a, name: at.name, names: at.names}
	}
	return nil
}
