package coaching_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// This file is the architecture. A new arrow between packages, a new
// dependency or an exception from a law is a change here, in the same commit,
// with its reason.

const module = "github.com/coachgov/coaching"

// A room says what one package may reach besides the root and the standard
// library.
type room struct {
	ours    []string // packages of this module
	outside []string // packages of other modules
	io      bool     // does input and output by nature: the purity law does not hold
}

// house is the import table. The key is the path below the module; "" is the
// root.
var house = map[string]room{
	"":                       {},
	"signal":                 {ours: []string{"internal/document", "internal/document/yaml", "internal/enum"}, outside: []string{"gonum.org/v1/gonum/mathext", "gonum.org/v1/gonum/stat/distuv"}},
	"fairness":               {ours: []string{"signal", "internal/chart", "internal/enum", "internal/markup"}, outside: []string{"gonum.org/v1/gonum/mathext", "gonum.org/v1/gonum/stat/distuv"}},
	"governance":             {ours: []string{"signal", "internal/document", "internal/document/yaml", "internal/enum"}, outside: celPackages},
	"governance/audit":       {ours: []string{"internal/enum"}, outside: []string{"golang.org/x/mod/sumdb/tlog", "golang.org/x/mod/sumdb/note"}},
	"governance/enforce":     {ours: []string{"governance", "governance/audit"}},
	"governance/authzen":     {ours: []string{"governance", "internal/document"}, io: true},                                     // serves HTTP; what decides, and what records it, is handed in
	"governance/appeal":      {ours: []string{"signal", "internal/document", "internal/enum"}},                                  // a workflow by itself: it decides no access
	"governance/consent":     {ours: []string{"signal", "internal/document", "internal/enum"}},                                  // the store of record: who keeps consents need not carry the policy engine
	"governance/notice":      {ours: []string{"governance", "signal", "internal/document", "internal/enum", "internal/markup"}}, // documents: who only decides does not carry their pages
	"pilot":                  {ours: []string{"signal", "roi", "roi/effect", "pilot/mentor", "pilot/vendor", "internal/document", "internal/document/yaml", "internal/chart", "internal/enum"}},
	"pilot/mentor":           {ours: []string{"signal", "internal/enum", "internal/markup"}}, // markup: the pages of a workshop kit
	"pilot/vendor":           {ours: []string{"internal/enum"}},                              // who only buys carries neither plans nor statistics
	"pilot/report":           {ours: []string{"signal", "roi", "roi/effect", "pilot/mentor", "pilot/vendor", "pilot", "internal/chart", "internal/enum", "internal/markup"}},
	"roi":                    {ours: []string{"internal/chart", "internal/document", "internal/enum", "internal/markup"}, outside: []string{"github.com/shopspring/decimal"}}, // chart, markup: the page for finance; document: a case as a file
	"roi/worksheet":          {ours: []string{"roi"}},                                                                                                                         // who only computes a statement does not carry archive/zip
	"roi/effect":             {ours: []string{"internal/chart"}, outside: []string{"gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/mathext", "gonum.org/v1/gonum/stat/distuv"}}, // mat: the least-norm solution where a wave has fewer units than periods
	"internal/document":      {},
	"internal/document/yaml": {ours: []string{"internal/document"}, outside: []string{"go.yaml.in/yaml/v4"}},
	"internal/chart":         {},
	"internal/markup":        {}, // escaping of Markdown, and a page in both forms, for every room that writes one
	"internal/enum":          {}, // a leaf of the standard library: the rooms wrote it seven times over

	// The audit log's store for a host without a database: it reads, writes and locks a file.
	"governance/audit/filestore": {ours: []string{"governance/audit"}, io: true},

	// Help for tests: these run commands, read files and fail tests.
	"internal/datadir":           {io: true},
	"internal/document/hostile":  {ours: []string{"internal/datadir"}, outside: []string{"github.com/stretchr/testify/require"}, io: true},
	"governance/policytest":      {ours: []string{"governance"}, io: true}, // a host's go test reads its policy and its tables from files
	"governance/audit/audittest": {ours: []string{"governance/audit"}, outside: []string{"github.com/stretchr/testify/require"}, io: true},
}

// celPackages is all of cel-go that governance may use, in one file.
var celPackages = []string{
	"cel.dev/cel-go/cel", "cel.dev/cel-go/common/ast", "cel.dev/cel-go/common/cost", "cel.dev/cel-go/common/operators",
	"cel.dev/cel-go/common/types", "cel.dev/cel-go/common/types/ref", "cel.dev/cel-go/common/types/traits",
}

// exportable are the third-party types that may stand in exported signatures.
var exportable = map[string][]string{"github.com/shopspring/decimal.Decimal": {"roi"}}

// heavy are the dependencies that the weight law keeps out of every package
// that it does not name.
var heavy = []struct {
	prefix string
	may    []string
}{
	{"cel.dev/", []string{"governance", "governance/policytest", "governance/enforce", "governance/notice", "governance/authzen"}},
	{"google.golang.org/protobuf", []string{"governance", "governance/policytest", "governance/enforce", "governance/notice", "governance/authzen"}},
	{"github.com/antlr4-go/", []string{"governance", "governance/policytest", "governance/enforce", "governance/notice", "governance/authzen"}},
	{"go.yaml.in/yaml/v4", []string{"signal", "fairness", "governance", "governance/appeal", "governance/consent", "governance/policytest", "governance/enforce", "governance/notice", "governance/authzen", "pilot", "pilot/report", "pilot/mentor", "internal/document/yaml"}},
	{"github.com/shopspring/decimal", []string{"roi", "roi/worksheet", "pilot", "pilot/report"}},
	{"github.com/stretchr/testify", []string{"internal/document/hostile", "governance/audit/audittest"}},
	{"pgregory.net/rapid", nil},
}

// A listed package is what the laws about imports look at.
type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func (p listed) name() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

func list(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "./...").Output()
	require.NoError(t, err, "go list")
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
		packages = append(packages, p)
	}
	return packages
}

func isOurs(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// checkImports returns the arrows of one package that the table does not hold.
func checkImports(p listed) (faults []string) {
	if strings.HasPrefix(p.name(), "examples/") {
		return nil // hosts compose what they like
	}
	r, ok := house[p.name()]
	if !ok {
		return []string{fmt.Sprintf("%s is not in the table of house_test.go", p.ImportPath)}
	}
	for _, dep := range p.Imports {
		switch {
		case isStandard(dep), dep == module:
		case isOurs(dep):
			if !slices.Contains(r.ours, strings.TrimPrefix(dep, module+"/")) {
				faults = append(faults, fmt.Sprintf("%s may not import %s", p.ImportPath, dep))
			}
		case !slices.Contains(r.outside, dep):
			faults = append(faults, fmt.Sprintf("%s may not import %s", p.ImportPath, dep))
		}
	}
	return faults
}

// checkWeight returns the heavy things that reach a package which should stay
// light, however far away they come in.
func checkWeight(p listed) (faults []string) {
	if strings.HasPrefix(p.name(), "examples/") {
		return nil
	}
	for _, h := range heavy {
		if slices.Contains(h.may, p.name()) {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, h.prefix) {
				faults = append(faults, fmt.Sprintf("%s carries %s", p.ImportPath, dep))
				break
			}
		}
	}
	return faults
}

// impureImports may not be imported by a room.
func impureImport(importPath string) bool {
	switch importPath {
	case "os", "io/ioutil", "log", "syscall", "unsafe", "plugin", "math/rand", "crypto/rand", "runtime", "database/sql", "testing", "flag", "C":
		return true
	}
	return importPath == "net" || strings.HasPrefix(importPath, "net/") || strings.HasPrefix(importPath, "os/") || strings.HasPrefix(importPath, "runtime/")
}

// impureNames are what a room may not use of packages that it may import.
var impureNames = map[string][]string{
	"time":          {"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep", "Local", "LoadLocation"},
	"math/rand/v2":  {"Int", "IntN", "Int32", "Int32N", "Int64", "Int64N", "Uint", "UintN", "Uint32", "Uint32N", "Uint64", "Uint64N", "Float32", "Float64", "NormFloat64", "ExpFloat64", "Perm", "Shuffle", "N"},
	"log/slog":      {"Default", "SetDefault", "Debug", "Info", "Warn", "Error", "Log", "LogAttrs"},
	"path/filepath": {"Walk", "WalkDir", "Glob", "Abs", "EvalSymlinks"},
}

// checkSource returns what breaks a law in the files of one package: clocks,
// dice, the operating system, state that outlives a call, work done by being
// imported, foreign types that a caller can see, and missing comments.
func checkSource(name string, files map[string]*ast.File, fset *token.FileSet) (faults []string) {
	fault := func(at token.Pos, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s: %s", fset.Position(at), fmt.Sprintf(format, args...)))
	}
	r := house[name]
	comments := 0
	tables := map[string]token.Pos{} // unexported package-level variables
	for _, file := range sortedFiles(files) {
		if file.Doc != nil {
			comments++
			if want := "Package " + file.Name.Name + " "; !strings.HasPrefix(file.Doc.Text(), want) {
				fault(file.Pos(), "the package comment does not begin with %q", want)
			}
		}
		imports := map[string]string{}
		for _, spec := range file.Imports {
			importPath, _ := strconv.Unquote(spec.Path.Value)
			local := path.Base(importPath)
			if strings.HasPrefix(local, "v") && len(local) == 2 {
				local = path.Base(path.Dir(importPath))
			}
			if spec.Name != nil {
				local = spec.Name.Name
			}
			imports[local] = importPath
			if !r.io && impureImport(importPath) {
				fault(spec.Pos(), "%s is outside the purity law", importPath)
			}
		}
		if !r.io {
			ast.Inspect(file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil && slices.Contains(impureNames[imports[x.Name]], sel.Sel.Name) {
					fault(sel.Pos(), "%s.%s is outside the purity law", x.Name, sel.Sel.Name)
				}
				return true
			})
		}
		for _, decl := range file.Decls {
			checkForeign(decl, name, imports, fault)
			checkComment(decl, fault)
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					fault(d.Pos(), "func init works by being imported")
				}
			case *ast.GenDecl:
				if d.Tok != token.VAR || r.io {
					continue
				}
				for _, spec := range d.Specs {
					v := spec.(*ast.ValueSpec)
					sentinel := len(v.Values) > 0
					for _, value := range v.Values {
						call, ok := value.(*ast.CallExpr)
						sentinel = sentinel && ok && isSelector(call.Fun, "errors", "New")
					}
					embedded := d.Doc != nil && slices.ContainsFunc(d.Doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
					for _, id := range v.Names {
						switch {
						case id.Name == "_" || sentinel || embedded && !id.IsExported():
						case id.IsExported():
							fault(id.Pos(), "%s is a variable that anyone may write", id.Name)
						default:
							tables[id.Name] = id.Pos()
						}
					}
					if !sentinel {
						for _, value := range v.Values {
							ast.Inspect(value, func(n ast.Node) bool {
								if _, ok := n.(*ast.FuncLit); ok {
									return false
								}
								if call, ok := n.(*ast.CallExpr); ok && !isConversion(call) && v.Names[0].Name != "_" {
									fault(call.Pos(), "a call at package level works by being imported")
								}
								return true
							})
						}
					}
				}
			}
		}
	}
	if comments != 1 {
		faults = append(faults, fmt.Sprintf("%s: %d package comments, want 1", path.Join(module, name), comments))
	}
	for _, file := range sortedFiles(files) {
		checkWrites(file, tables, fault)
	}
	return faults
}

func sortedFiles(files map[string]*ast.File) []*ast.File {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var sorted []*ast.File
	for _, name := range names {
		sorted = append(sorted, files[name])
	}
	return sorted
}

func isSelector(e ast.Expr, x, sel string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := s.X.(*ast.Ident)
	return ok && id.Name == x && s.Sel.Name == sel
}

// isConversion reports whether a call can only be a conversion to a built-in
// or slice type, or len of a literal.
func isConversion(call *ast.CallExpr) bool {
	switch fun := call.Fun.(type) {
	case *ast.ArrayType, *ast.ParenExpr:
		return true
	case *ast.Ident:
		switch fun.Name {
		case "string", "byte", "rune", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "len":
			return true
		}
	}
	return false
}

// checkWrites finds a table of the package that some code writes or hands out
// by address.
func checkWrites(file *ast.File, tables map[string]token.Pos, fault func(token.Pos, string, ...any)) {
	base := func(e ast.Expr) (string, bool) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
			case *ast.SelectorExpr:
				e = x.X
			case *ast.ParenExpr:
				e = x.X
			case *ast.StarExpr:
				e = x.X
			case *ast.Ident:
				// x.Obj is nil or a package-level object unless a local hides it.
				if x.Obj != nil {
					if _, ok := x.Obj.Decl.(*ast.ValueSpec); !ok {
						return "", false
					}
				}
				_, known := tables[x.Name]
				return x.Name, known
			default:
				return "", false
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				return true
			}
			for _, lhs := range n.Lhs {
				if name, ok := base(lhs); ok {
					fault(lhs.Pos(), "%s is package-level state that is written", name)
				}
			}
		case *ast.IncDecStmt:
			if name, ok := base(n.X); ok {
				fault(n.Pos(), "%s is package-level state that is written", name)
			}
		case *ast.UnaryExpr:
			if name, ok := base(n.X); ok && n.Op == token.AND {
				fault(n.Pos(), "the address of package-level %s is taken", name)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
				if name, ok := base(n.Args[0]); ok {
					fault(n.Pos(), "%s is package-level state that is written", name)
				}
			}
		}
		return true
	})
}

// checkForeign finds types of other modules that a caller could see.
func checkForeign(decl ast.Decl, name string, imports map[string]string, fault func(token.Pos, string, ...any)) {
	var look func(n ast.Node)
	look = func(n ast.Node) {
		if n == nil {
			return
		}
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BlockStmt:
				return false
			case *ast.StructType:
				for _, field := range n.Fields.List {
					visible := len(field.Names) == 0
					for _, id := range field.Names {
						visible = visible || id.IsExported()
					}
					if visible {
						look(field.Type)
					}
				}
				return false
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				importPath := imports[x.Name]
				if importPath == "" || isStandard(importPath) || isOurs(importPath) {
					return true
				}
				if !slices.Contains(exportable[importPath+"."+n.Sel.Name], name) {
					fault(n.Pos(), "%s.%s is a third-party type that a caller would see", x.Name, n.Sel.Name)
				}
			}
			return true
		})
	}
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && receiverExported(d) {
			look(d.Type)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() {
					look(s.Type)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() {
					look(s.Type)
				}
			}
		}
	}
}

func receiverExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

// checkComment finds exported names without a comment that begins with them.
func checkComment(decl ast.Decl, fault func(token.Pos, string, ...any)) {
	begins := func(doc *ast.CommentGroup, name string) bool {
		text := doc.Text()
		for _, article := range []string{"", "A ", "An ", "The "} {
			if rest, ok := strings.CutPrefix(text, article+name); ok && rest != "" && strings.ContainsAny(rest[:1], " ,'.:\n") {
				return true
			}
		}
		return false
	}
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && receiverExported(d) && !begins(d.Doc, d.Name.Name) {
			fault(d.Pos(), "%s has no comment that begins with its name", d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() && !begins(s.Doc, s.Name.Name) && !begins(d.Doc, s.Name.Name) {
				fault(s.Pos(), "%s has no comment that begins with its name", s.Name.Name)
			}
		}
	}
}

func parsePackage(t *testing.T, p listed) (map[string]*ast.File, *token.FileSet) {
	t.Helper()
	fset := token.NewFileSet()
	files := map[string]*ast.File{}
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
		require.NoError(t, err)
		files[name] = file
	}
	return files, fset
}

func TestHouse(t *testing.T) {
	packages := list(t)
	require.Greater(t, len(packages), 10)
	celFiles := 0
	for _, p := range packages {
		t.Run("/"+p.name(), func(t *testing.T) {
			require.Empty(t, checkImports(p))
			require.Empty(t, checkWeight(p))
			if strings.HasPrefix(p.name(), "examples/") {
				return
			}
			files, fset := parsePackage(t, p)
			require.Empty(t, checkSource(p.name(), files, fset))
			for _, file := range files {
				if slices.ContainsFunc(file.Imports, func(s *ast.ImportSpec) bool { return strings.HasPrefix(s.Path.Value, `"cel.dev/`) }) {
					celFiles++
				}
			}
		})
	}
	require.LessOrEqual(t, celFiles, 1, "cel-go stays in one file, so that the engine can be exchanged there")
	for name := range house {
		if name != "" {
			require.True(t, slices.ContainsFunc(packages, func(p listed) bool { return p.name() == name }), "%s is in the table and not in the module", name)
		}
	}
}

// Each law catches its violation: the laws are tried on planted ones.
func TestHouseCatchesPlantedImports(t *testing.T) {
	plant := func(name string, imports, deps []string) listed {
		return listed{ImportPath: path.Join(module, name), Imports: imports, Deps: append(imports, deps...)}
	}
	require.Empty(t, checkImports(plant("fairness", []string{"math", module, module + "/signal"}, nil)))
	require.Len(t, checkImports(plant("fairness", []string{module + "/governance"}, nil)), 1)
	require.Len(t, checkImports(plant("roi", []string{module + "/signal"}, nil)), 1)
	require.Len(t, checkImports(plant("roi", []string{"gonum.org/v1/gonum/stat"}, nil)), 1)
	require.Len(t, checkImports(plant("", []string{module + "/signal"}, nil)), 1)
	require.Len(t, checkImports(plant("attic", nil, nil)), 1)
	require.Empty(t, checkWeight(plant("governance", nil, []string{"cel.dev/cel-go/cel"})))
	require.Len(t, checkWeight(plant("signal", nil, []string{"cel.dev/cel-go/cel", "google.golang.org/protobuf/proto"})), 2)
	require.Len(t, checkWeight(plant("roi/effect", nil, []string{"go.yaml.in/yaml/v4"})), 1)
	require.Len(t, checkWeight(plant("governance/audit", nil, []string{"go.yaml.in/yaml/v4"})), 1)
}

func TestHouseCatchesPlantedSource(t *testing.T) {
	tests := []struct {
		law, source, want string
	}{
		{"clean", "const k = 5\nvar names = [...]string{\"a\"}\nvar ErrX = errors.New(\"x\")\n// F is.\nfunc F() string { names := []string{}; names = append(names, \"b\"); return names[0] }", ""},
		{"clock", "func f() time.Time { return time.Now() }", "time.Now"},
		{"sleep", "func f() { time.Sleep(1) }", "time.Sleep"},
		{"zone files", "func f() { time.LoadLocation(\"UTC\") }", "time.LoadLocation"},
		{"os", "var _ = os.Args", "os is outside"},
		{"network", "var _ http.Client", "net/http is outside"},
		{"global dice", "func f() int { return rand.IntN(6) }", "rand.IntN"},
		{"secret dice", "var _ = crand.Reader", "crypto/rand is outside"},
		{"state assigned", "var n int\nfunc f() { n = 2 }", "n is package-level state"},
		{"state counted", "var n int\nfunc f() { n++ }", "n is package-level state"},
		{"state indexed", "var m = map[string]int{}\nfunc f() { m[\"a\"] = 1 }", "m is package-level state"},
		{"state cleared", "var m = map[string]int{}\nfunc f() { clear(m) }", "m is package-level state"},
		{"state by address", "var n int\nfunc f() *int { return &n }", "address of package-level n"},
		{"exported variable", "// Limit is.\nvar Limit = 5", "Limit is a variable"},
		{"init", "func init() {}", "func init"},
		{"work at import", "var re = regexp.MustCompile(`a`)", "a call at package level"},
		{"foreign parameter", "// F takes.\nfunc F(e *cel.Env) {}", "cel.Env is a third-party type"},
		{"foreign field", "// T holds.\ntype T struct { E cel.Env }", "cel.Env is a third-party type"},
		{"foreign alias", "// T is.\ntype T = cel.Env", "cel.Env is a third-party type"},
		{"foreign result", "// M gives.\nfunc (t T) M() cel.Env { panic(0) }", "cel.Env is a third-party type"},
		{"hidden foreign field", "// T holds.\ntype T struct { e cel.Env }", ""},
		{"decimal outside roi", "// F takes.\nfunc F(d decimal.Decimal) {}", "decimal.Decimal is a third-party type"},
		{"no comment", "func F() {}", "F has no comment"},
		{"wrong comment", "// This is.\ntype T int", "T has no comment"},
	}
	imports := map[string]string{
		"time.": `"time"`, "os.": `"os"`, "http.": `"net/http"`, "rand.IntN": `"math/rand/v2"`, "crand.": `crand "crypto/rand"`,
		"regexp.": `"regexp"`, "cel.": `"cel.dev/cel-go/cel"`, "decimal.": `"github.com/shopspring/decimal"`, "errors.": `"errors"`,
	}
	for _, tt := range tests {
		t.Run(tt.law, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("// Package planted is a test.\npackage planted\nimport (\n")
			for use, spec := range imports {
				if strings.Contains(tt.source, use) {
					b.WriteString(spec + "\n")
				}
			}
			b.WriteString(")\n" + tt.source + "\n")
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, "planted.go", b.String(), parser.ParseComments)
			require.NoError(t, err)
			faults := checkSource("fairness", map[string]*ast.File{"planted.go": file}, fset)
			if tt.want == "" {
				require.Empty(t, faults)
				return
			}
			require.Contains(t, strings.Join(faults, "\n"), tt.want)
		})
	}
	t.Run("no package comment", func(t *testing.T) {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "planted.go", "package planted\n", parser.ParseComments)
		require.NoError(t, err)
		require.Contains(t, strings.Join(checkSource("fairness", map[string]*ast.File{"planted.go": file}, fset), "\n"), "0 package comments")
	})
}

// The files that a reader of a library expects are there.
func TestHouseHasItsPapers(t *testing.T) {
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "RULES.md"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Positive(t, info.Size(), name)
	}
}
