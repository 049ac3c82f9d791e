package sdktypes

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Type is what a property may be.
type Type struct {
	// Kind is string, bool, int, float64, list, object, map or any.
	Kind string
	// Element is a list's.
	Element *Type
	// Fields are an object's, by the name that the provider knows.
	Fields map[string]Field
}

// Field is one property of an object.
type Field struct {
	Type
	Required bool
}

// object reads a struct type of the SDK: plain fields are required, pointers and lists are not.
func (s *SDK) object(name string) (Type, error) {
	text, ok := s.types[name]
	if !ok {
		return Type{}, fmt.Errorf("the SDK has no type %s", name)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, "package x\n"+text, 0)
	if err != nil {
		return Type{}, err
	}
	structure := file.Decls[0].(*ast.GenDecl).Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
	found := Type{Kind: "object", Fields: map[string]Field{}}
	for _, field := range structure.Fields.List {
		tag, err := strconv.Unquote(field.Tag.Value)
		if err != nil {
			return Type{}, err
		}
		of, required, err := s.of(field.Type)
		if err != nil {
			return Type{}, fmt.Errorf("%s.%s: %w", name, field.Names[0].Name, err)
		}
		found.Fields[reflect.StructTag(tag).Get("pulumi")] = Field{Type: of, Required: required}
	}
	return found, nil
}

func (s *SDK) of(expression ast.Expr) (Type, bool, error) {
	switch e := expression.(type) {
	case *ast.StarExpr:
		of, _, err := s.of(e.X)
		return of, false, err
	case *ast.ArrayType:
		element, _, err := s.of(e.Elt)
		return Type{Kind: "list", Element: &element}, false, err
	case *ast.MapType:
		return Type{Kind: "map"}, false, nil
	case *ast.SelectorExpr: // a type of Pulumi's own, such as an asset
		return Type{Kind: "any"}, false, nil
	case *ast.Ident:
		if slices.Contains([]string{"string", "bool", "int", "float64"}, e.Name) {
			return Type{Kind: e.Name}, true, nil
		}
		of, err := s.object(e.Name)
		return of, true, err
	}
	return Type{}, false, fmt.Errorf("type %T", expression)
}

// Check lists what is wrong with a value that a provider is given for the type. Unknown values may become anything.
func (t Type) Check(path string, value resource.PropertyValue) []string {
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	if value.IsOutput() {
		value = value.OutputValue().Element
	}
	switch {
	case value.IsComputed() || value.IsOutput():
		return nil
	case t.Kind == "any", t.Kind == "map" && value.IsObject():
		return nil
	case t.Kind == "object" && value.IsObject():
		return t.checkFields(path, value.ObjectValue())
	case t.Kind == "list" && value.IsArray():
		var found []string
		for i, element := range value.ArrayValue() {
			found = append(found, t.Element.Check(path+"["+strconv.Itoa(i)+"]", element)...)
		}
		return found
	case t.Kind == "string" && value.IsString(), t.Kind == "bool" && value.IsBool(), t.Kind == "float64" && value.IsNumber():
		return nil
	case t.Kind == "int" && value.IsNumber() && value.NumberValue() == float64(int64(value.NumberValue())):
		return nil
	}
	return []string{fmt.Sprintf("%s: %s, want %s", path, value.TypeString(), t.Kind)}
}

func (t Type) checkFields(path string, fields resource.PropertyMap) []string {
	var found []string
	for key, value := range fields {
		field, ok := t.Fields[string(key)]
		if !ok {
			found = append(found, fmt.Sprintf("%s.%s: the provider has no such property", path, key))
			continue
		}
		found = append(found, field.Check(path+"."+string(key), value)...)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Fields)) {
		if _, ok := fields[resource.PropertyKey(name)]; t.Fields[name].Required && !ok {
			found = append(found, fmt.Sprintf("%s.%s: missing", path, name))
		}
	}
	return found
}
