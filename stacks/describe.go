package stacks

import (
	"fmt"
	"reflect"
	"strings"
)

// Field describes one setting, for whoever explains or checks settings outside this package.
type Field struct {
	// Key is what an operator types; "<service>" stands for the name of any service.
	Key string
	// Owner and Name are the Go type and its field, where the explanation is; Meaning is the explanation of a setting that
	// is no field of a Go type.
	Owner, Name, Meaning string
	// Kind says what a value looks like, in words.
	Kind string
	// JSON is the kind of value in JSON: string, integer, boolean, array or object.
	JSON string
	// Options lists the words that are allowed; nil means any.
	Options []string
	// Expression is what a text must match; empty means anything. Numeric says that a bare number is such a text too.
	Expression string
	Numeric    bool
	// Min and Max bound a number; empty means no bound.
	Min, Max string
	// Default is the value of a stack that does not set it; empty means none.
	Default string
	// Optional says that an object may be absent altogether, and that null takes it away.
	Optional bool
	// Fields are those of an object, or of each item of a list.
	Fields []Field
	// Free says that an object has keys of the operator's own, each with a text.
	Free bool
}

// Describe lists every setting with its defaults.
func Describe() []Field {
	defaults := Defaults("<stack>")
	defaults.Namespace = "techcommerce-<environment>"
	return describeStruct(reflect.ValueOf(defaults))
}

// SecretSettings lists every setting that is set with `pulumi config set --secret`.
func SecretSettings() []string { return secretKeys() }

func describeStruct(value reflect.Value) []Field {
	var fields []Field
	for i := range value.NumField() {
		field := value.Type().Field(i)
		key := keyOf(field)
		if key == "" {
			continue
		}
		described := describeValue(value.Field(i))
		described.Key, described.Owner, described.Name = key, value.Type().Name(), field.Name
		described.Min, described.Max = field.Tag.Get("min"), field.Tag.Get("max")
		if name := field.Tag.Get("pattern"); name != "" {
			form := pattern(name)
			described.Kind, described.Expression = strings.TrimPrefix(form.rule, "want "), form.expression.String()
		}
		fields = append(fields, described)
	}
	return fields
}

func describeValue(value reflect.Value) Field {
	if text, ok := value.Interface().(interface{ notation() notation }); ok && value.Kind() != reflect.Pointer {
		n := text.notation()
		return Field{
			Kind: n.rule, JSON: "string", Expression: "^" + n.expression + "$", Numeric: n.numeric, Default: shown(value),
		}
	}
	if derived := derivedFields(value.Type()); derived != nil {
		return Field{Kind: "object", JSON: "object", Fields: derived}
	}
	if value.Type() == reflect.TypeFor[Pairs]() {
		return Field{Kind: strings.TrimPrefix(pairsKind, "an "), JSON: "object", Free: true}
	}
	switch value.Kind() {
	case reflect.Pointer:
		field := describeValue(orDefault(value))
		field.Default, field.Optional = "", true
		return field
	case reflect.Struct:
		return Field{Kind: "object", JSON: "object", Fields: describeStruct(value)}
	case reflect.Map:
		return describeMap(value)
	case reflect.Slice:
		item := describeValue(reflect.Zero(value.Type().Elem()))
		return Field{Kind: "list of: " + item.Kind, JSON: "array", Fields: []Field{item}}
	default:
		return Field{
			Kind: describe(value.Type()), JSON: jsonKind(value.Kind()), Options: optionsOf(value.Type()), Default: shown(value),
		}
	}
}

// derivedFields are those of an object whose settings others define; nil for any other type.
func derivedFields(t reflect.Type) []Field {
	if derived, ok := reflect.Zero(t).Interface().(interface{ fields() []Field }); ok {
		return derived.fields()
	}
	return nil
}

// describeMap describes what any service's entry is: maps are by service.
func describeMap(value reflect.Value) Field {
	entry := reflect.New(value.Type().Elem()).Elem()
	if entry.Type() == reflect.TypeFor[Service]() {
		entry.Set(reflect.ValueOf(defaultService()))
	}
	described := describeValue(entry)
	described.Key = "<service>"
	return Field{Kind: "object by service", JSON: "object", Fields: []Field{described}}
}

// orDefault is what a pointer that is nil would point to once it is set.
func orDefault(pointer reflect.Value) reflect.Value {
	if !pointer.IsNil() {
		return pointer.Elem()
	}
	fresh := reflect.New(pointer.Type().Elem())
	if value, ok := fresh.Interface().(interface{ setDefaults() }); ok {
		value.setDefaults()
	}
	return fresh.Elem()
}

func shown(value reflect.Value) string {
	if value.IsZero() {
		return ""
	}
	return fmt.Sprint(value.Interface())
}

func jsonKind(kind reflect.Kind) string {
	switch kind {
	case reflect.Int:
		return "integer"
	case reflect.Bool:
		return "boolean"
	default:
		return "string"
	}
}
