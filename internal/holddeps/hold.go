// Package holddeps is temporary scaffolding that keeps the module's requirements while the rooms are being written.
package holddeps

import (
	_ "cel.dev/cel-go/cel"
	_ "cel.dev/cel-go/common/ast"
	_ "github.com/shopspring/decimal"
	_ "github.com/stretchr/testify/require"
	_ "go.yaml.in/yaml/v4"
	_ "golang.org/x/exp/stats"
	_ "golang.org/x/mod/sumdb/note"
	_ "golang.org/x/mod/sumdb/tlog"
	_ "gonum.org/v1/gonum/mathext"
	_ "gonum.org/v1/gonum/stat/distuv"
	_ "pgregory.net/rapid"
)
