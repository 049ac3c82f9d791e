package images

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
)

// Services are the shop's images: the services that apps/contract names, a folder of apps each. They are read from its
// source, because this module does not import the shop's.
func (w Workshop) Services() ([]string, error) {
	path := filepath.Join(w.Repository, "apps", "contract", "contract.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	ast.Inspect(file, func(node ast.Node) bool {
		if name, ok := serviceName(node); ok {
			names = append(names, name)
		}
		return true
	})
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no service has a name", path)
	}
	return names, nil
}

// serviceName is the Name in Service{Name: "…"}.
func serviceName(node ast.Node) (string, bool) {
	literal, ok := node.(*ast.CompositeLit)
	if !ok {
		return "", false
	}
	if kind, ok := literal.Type.(*ast.Ident); !ok || kind.Name != "Service" {
		return "", false
	}
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := pair.Key.(*ast.Ident)
		value, _ := pair.Value.(*ast.BasicLit)
		if key == nil || key.Name != "Name" || value == nil {
			continue
		}
		name, err := strconv.Unquote(value.Value)
		return name, err == nil
	}
	return "", false
}
