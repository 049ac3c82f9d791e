// Package reference writes the settings down for people (Markdown) and for editors (JSON Schema), from the types in
// package stacks and the comments on them. Nothing is explained here.
package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/stacks"
)

// comments are the explanations of fields and types: "Type.Field" or "Type".
type comments map[string]string

// readComments reads them from the source of package stacks.
func readComments(folder string) (comments, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	found := comments{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("reference: %w", err)
		}
		for _, declaration := range file.Decls {
			found.declaration(declaration)
		}
	}
	return found, nil
}

func (c comments) declaration(declaration ast.Decl) {
	general, ok := declaration.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range general.Specs {
		named, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		c[named.Name.Name] = oneLine(general.Doc)
		structure, ok := named.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range structure.Fields.List {
			for _, name := range field.Names {
				c[named.Name.Name+"."+name.Name] = oneLine(field.Doc)
			}
		}
	}
}

func oneLine(doc *ast.CommentGroup) string { return strings.Join(strings.Fields(doc.Text()), " ") }

// of is the explanation of a setting, without the field's Go name in front.
func (c comments) of(field stacks.Field) string {
	if field.Meaning != "" {
		return field.Meaning
	}
	text := strings.TrimPrefix(c[field.Owner+"."+field.Name], field.Name+" ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "is "), "are ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
