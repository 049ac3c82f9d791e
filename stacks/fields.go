package stacks

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// keyOf is the name that an operator types for a field; "" if the field is not a setting.
func keyOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return name
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for _, field := range derivedFields(t) {
		keys = append(keys, field.Key)
	}
	if keys != nil {
		return keys
	}
	for i := range t.NumField() {
		if key := keyOf(t.Field(i)); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func fieldOf(structure reflect.Value, key string) (reflect.Value, bool) {
	for i := range structure.NumField() {
		if keyOf(structure.Type().Field(i)) == key {
			return structure.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func tagOf(t reflect.Type, key string) reflect.StructTag {
	for i := range t.NumField() {
		if keyOf(t.Field(i)) == key {
			return t.Field(i).Tag
		}
	}
	return ""
}

// optionsOf lists the words that a type allows, nil for any.
func optionsOf(t reflect.Type) []string {
	if words, ok := reflect.Zero(t).Interface().(interface{ options() []string }); ok {
		return words.options()
	}
	return nil
}

// describe is what a person calls a value of the type.
func describe(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "text"
	}
	if derivedFields(t) != nil {
		return "an object with " + strings.Join(keysOf(t), ", ")
	}
	if t == reflect.TypeFor[Pairs]() {
		return pairsKind
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem())
	case reflect.Int:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "an object with " + strings.Join(keysOf(t), ", ")
	case reflect.Map:
		return "an object by service (" + strings.Join(serviceNames(), ", ") + ")"
	default:
		return "text"
	}
}

// limits checks a value against the tags min, max and pattern of its field. They are tags so that the reference and the
// schema show the same rule that is enforced here.
func (d *decoder) limits(path string, tag reflect.StructTag, value reflect.Value) {
	switch value.Kind() {
	case reflect.Int:
		d.bounds(path, tag, value.Int())
	case reflect.String:
		if tag.Get("min") != "" && value.String() == "" {
			d.add(path, `"", want some text`)
		}
		if name := tag.Get("pattern"); name != "" {
			if form := pattern(name); !form.expression.MatchString(value.String()) {
				d.add(path, "%q, %s", value.String(), form.rule)
			}
		}
	}
}

func (d *decoder) bounds(path string, tag reflect.StructTag, value int64) {
	low, high := tag.Get("min"), tag.Get("max")
	tooLow := low != "" && value < mustInt(low)
	tooHigh := high != "" && value > mustInt(high)
	switch {
	case (tooLow || tooHigh) && high == "":
		d.add(path, "%d, want at least %s", value, low)
	case tooLow || tooHigh:
		d.add(path, "%d, want %s to %s", value, low, high)
	}
}

func mustInt(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("stacks: tag: %v", err))
	}
	return value
}
