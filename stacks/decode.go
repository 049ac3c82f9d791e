package stacks

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Source is what an operator wrote: the values of Pulumi.<stack>.yaml by key. Structured values are JSON.
type Source struct {
	// Stack is the stack's name.
	Stack string
	// Values holds the text of each key, without the project's prefix.
	Values map[string]string
	// Secrets lists the keys that are stored encrypted.
	Secrets []string
}

// File is where the source was written.
func (s Source) File() string { return "Pulumi." + s.Stack + ".yaml" }

// Decode reads settings over the defaults. The error is a *Problems with everything that is wrong, by path.
func Decode(source Source) (Stack, error) {
	stack := Defaults(source.Stack)
	var d decoder
	stack.Secrets = d.secrets(source)
	for _, key := range slices.Sorted(maps.Keys(source.Values)) {
		if isSecret(key) {
			continue
		}
		field, ok := fieldOf(reflect.ValueOf(&stack).Elem(), key)
		if !ok {
			d.add(key, "%s", unknown(key, append(keysOf(reflect.TypeFor[Stack]()), secretKeys()...)))
			continue
		}
		d.top(key, source.Values[key], field)
		d.limits(key, tagOf(reflect.TypeFor[Stack](), key), field)
	}
	d.derive(&stack, source)
	d.problems = append(d.problems, stack.validate()...)
	if err := d.err(source.File()); err != nil {
		return Stack{}, err
	}
	return stack, nil
}

// derive sets what follows from other settings where it is not set itself. A stack's name need not be fit for a label,
// so what comes from it is checked like anything that was typed.
func (d *decoder) derive(stack *Stack, source Source) {
	if _, set := source.Values["namespace"]; !set {
		stack.Namespace = "techcommerce-" + stack.Environment
	}
	for _, key := range []string{"environment", "namespace"} {
		_, set := source.Values[key]
		if field, _ := fieldOf(reflect.ValueOf(stack).Elem(), key); !set {
			d.limits(key, tagOf(reflect.TypeFor[Stack](), key), field)
		}
		if len(d.under(key)) > 0 {
			return
		}
	}
}

// decoder fills Go values from decoded JSON and collects what does not fit. What does not fit keeps its default, so
// that the rules which span several settings can still be checked.
type decoder struct{ problems }

// top reads the text of a top-level key: JSON for a structure, the bare text for anything else.
func (d *decoder) top(path, text string, out reflect.Value) {
	switch out.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Pointer:
		value, err := parse(text)
		if err != nil {
			d.add(path, "%q, want %s", text, describe(out.Type()))
			return
		}
		d.value(path, value, out)
	case reflect.Int, reflect.Bool:
		value, err := parse(text)
		if err != nil {
			value = text
		}
		d.value(path, value, out)
	default:
		d.value(path, text, out)
	}
}

func parse(text string) (any, error) {
	reader := json.NewDecoder(bytes.NewReader([]byte(text)))
	reader.UseNumber()
	var value any
	if err := reader.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := reader.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one value")
	}
	return value, nil
}

func (d *decoder) value(path string, in any, out reflect.Value) {
	if text, ok := out.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(path, in, text)
		return
	}
	if derived, ok := out.Addr().Interface().(interface {
		decode(d *decoder, path string, in any)
	}); ok {
		derived.decode(d, path, in)
		return
	}
	switch out.Kind() {
	case reflect.Pointer:
		d.pointer(path, in, out)
	case reflect.Struct:
		d.object(path, in, out)
	case reflect.Map:
		d.entries(path, in, out)
	case reflect.Slice:
		d.list(path, in, out)
	default:
		d.scalar(path, in, out)
	}
}

func (d *decoder) text(path string, in any, out encoding.TextUnmarshaler) {
	text, ok := in.(string)
	if number, isNumber := in.(json.Number); isNumber {
		text, ok = number.String(), true
	}
	if !ok {
		text = show(in)
	}
	if err := out.UnmarshalText([]byte(text)); err != nil {
		d.add(path, "%s, %v", show(in), err)
	}
}

func (d *decoder) pointer(path string, in any, out reflect.Value) {
	if in == nil {
		out.SetZero()
		return
	}
	if out.IsNil() {
		fresh := reflect.New(out.Type().Elem())
		if value, ok := fresh.Interface().(interface{ setDefaults() }); ok {
			value.setDefaults()
		}
		out.Set(fresh)
	}
	d.value(path, in, out.Elem())
}

func (d *decoder) object(path string, in any, out reflect.Value) {
	entries, ok := in.(map[string]any)
	if !ok {
		d.add(path, "%s, want %s", show(in), describe(out.Type()))
		return
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		field, ok := fieldOf(out, key)
		if !ok {
			d.add(path+"."+key, "%s", unknown(key, keysOf(out.Type())))
			continue
		}
		d.value(path+"."+key, entries[key], field)
		d.limits(path+"."+key, tagOf(out.Type(), key), field)
	}
}

// entries reads a map over the entries that the defaults put there. Values are copied out and back, because a map's
// elements cannot be set in place.
func (d *decoder) entries(path string, in any, out reflect.Value) {
	entries, ok := in.(map[string]any)
	if !ok {
		d.add(path, "%s, want %s", show(in), describe(out.Type()))
		return
	}
	if out.IsNil() {
		out.Set(reflect.MakeMap(out.Type()))
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if !isService(key) {
			d.add(path+"."+key, "%s", unknown(key, serviceNames()))
			continue
		}
		element := reflect.New(out.Type().Elem()).Elem()
		if known := out.MapIndex(reflect.ValueOf(key)); known.IsValid() {
			element.Set(known)
		}
		d.value(path+"."+key, entries[key], element)
		out.SetMapIndex(reflect.ValueOf(key), element)
	}
}

func (d *decoder) list(path string, in any, out reflect.Value) {
	items, ok := in.([]any)
	if !ok {
		d.add(path, "%s, want %s", show(in), describe(out.Type()))
		return
	}
	result := reflect.MakeSlice(out.Type(), len(items), len(items))
	for i, item := range items {
		d.value(path+"["+strconv.Itoa(i)+"]", item, result.Index(i))
	}
	out.Set(result)
}

func (d *decoder) scalar(path string, in any, out reflect.Value) {
	switch value := in.(type) {
	case string:
		if out.Kind() == reflect.String {
			d.word(path, value, out)
			return
		}
	case bool:
		if out.Kind() == reflect.Bool {
			out.SetBool(value)
			return
		}
	case json.Number:
		if number, err := value.Int64(); err == nil && out.Kind() == reflect.Int {
			out.SetInt(number)
			return
		}
	}
	d.add(path, "%s, want %s", show(in), describe(out.Type()))
}

// word sets a string, which may be one of a few.
func (d *decoder) word(path, value string, out reflect.Value) {
	if options := optionsOf(out.Type()); options != nil && !slices.Contains(options, value) {
		d.add(path, "%q, want one of %s", value, strings.Join(options, ", "))
		return
	}
	out.SetString(value)
}

// show prints a value as the operator could have typed it.
func show(in any) string {
	text, err := json.Marshal(in)
	if err != nil {
		return fmt.Sprint(in)
	}
	return string(text)
}
