package database_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestTransactionsAssignNothingOutside reads the source of all services. A transaction may run more than once, so what
// it assigns to a variable of the function around it may be left from an attempt that was undone. Its outcome is what it
// returns.
func TestTransactionsAssignNothingOutside(t *testing.T) {
	t.Parallel()
	found := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			for _, closure := range transactions(node) {
				found++
				for _, name := range assignedOutside(closure) {
					t.Errorf("%s: a transaction assigns to %s, which outlives the attempt", files.Position(name.Pos()), name.Name)
				}
			}
			return true
		})
		return nil
	})
	must(t, err)
	const least = 15
	if found < least {
		t.Errorf("%d transactions were found, want at least %d: the test looks in the wrong place", found, least)
	}
}

// TestAssignmentsOutsideAreSeen holds the check itself against what it must see and what it must let pass.
func TestAssignmentsOutsideAreSeen(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`outer = 1; return 0, nil`:                                "outer",
		`outer.field.other = 1; return 0, nil`:                    "outer",
		`outer[0]++; return 0, nil`:                               "outer",
		`*outer = 1; return 0, nil`:                               "outer",
		`if x, outer = f(); x { }; return 0, nil`:                 "x outer",
		`x, err := f(); x = 2; return x, err`:                     "",
		`var x int; x = 2; return x, nil`:                         "",
		`for i := range 3 { i++ }; tx = nil; return 0, nil`:       "",
		`err := row.Scan(&outer); return 0, err`:                  "outer",
		`var x int; err := row.Scan(&x, &named); return x, err`:   "",
		`g(func() { outer = 2 }); return 0, nil`:                  "outer",
		`switch y := z.(type) { case int: y = 1 }; return 0, nil`: "",
	} {
		source := `package p; func f() { database.Write(ctx, db, func(tx int) (named int, failed error) { ` + body + ` }) }`
		parsed, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		ast.Inspect(parsed, func(node ast.Node) bool {
			for _, closure := range transactions(node) {
				for _, name := range assignedOutside(closure) {
					got = append(got, name.Name)
				}
			}
			return true
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: assigned outside are %q, want %q", body, got, want)
		}
	}
}

// transactions are the function literals that a call hands to this package to be run.
func transactions(node ast.Node) (closures []*ast.FuncLit) {
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return nil
	}
	function := call.Fun
	switch generic := function.(type) {
	case *ast.IndexExpr:
		function = generic.X
	case *ast.IndexListExpr:
		function = generic.X
	}
	name := ""
	switch function := function.(type) {
	case *ast.SelectorExpr:
		if of, ok := function.X.(*ast.Ident); ok && of.Name == "database" {
			name = function.Sel.Name
		}
	case *ast.Ident: // as this package itself calls them
		name = function.Name
	}
	if name != "Write" && name != "Read" && name != "WriteRow" && name != "Row" {
		return nil
	}
	for _, argument := range call.Args {
		if closure, ok := argument.(*ast.FuncLit); ok {
			closures = append(closures, closure)
		}
	}
	return closures
}

// assignedOutside are the names that a function assigns to, or has the address taken of, and does not declare. A name
// that it declares anywhere counts as its own: the check is for mistakes, not against tricks.
func assignedOutside(closure *ast.FuncLit) (outside []*ast.Ident) {
	own := map[string]bool{"_": true}
	declare := func(fields *ast.FieldList) {
		if fields == nil {
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				own[name.Name] = true
			}
		}
	}
	var changed []ast.Expr
	ast.Inspect(closure, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncType:
			declare(node.Params)
			declare(node.Results)
		case *ast.AssignStmt:
			if node.Tok != token.DEFINE {
				changed = append(changed, node.Lhs...)
				return true
			}
			for _, left := range node.Lhs {
				if name, ok := left.(*ast.Ident); ok {
					own[name.Name] = true
				}
			}
		case *ast.RangeStmt:
			for _, left := range []ast.Expr{node.Key, node.Value} {
				if name, ok := left.(*ast.Ident); ok && node.Tok == token.DEFINE {
					own[name.Name] = true
				} else if left != nil {
					changed = append(changed, left)
				}
			}
		case *ast.ValueSpec:
			for _, name := range node.Names {
				own[name.Name] = true
			}
		case *ast.IncDecStmt:
			changed = append(changed, node.X)
		case *ast.UnaryExpr:
			if node.Op == token.AND {
				changed = append(changed, node.X)
			}
		}
		return true
	})
	for _, expression := range changed {
		if name := root(expression); name != nil && !own[name.Name] {
			outside = append(outside, name)
		}
	}
	return outside
}

// root is the variable that an expression is a part of.
func root(expression ast.Expr) *ast.Ident {
	for {
		switch part := expression.(type) {
		case *ast.Ident:
			return part
		case *ast.SelectorExpr:
			expression = part.X
		case *ast.IndexExpr:
			expression = part.X
		case *ast.StarExpr:
			expression = part.X
		case *ast.ParenExpr:
			expression = part.X
		default:
			return nil
		}
	}
}
