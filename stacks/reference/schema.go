package reference

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/stacks"
)

// object is a JSON object.
type object map[string]any

// project is before every key in a stack's file.
const project = "techcommerce:"

// Schema is the reference for editors: a JSON Schema of Pulumi.<stack>.yaml. The folder has the source of package stacks.
func Schema(folder string) (string, error) {
	found, err := readComments(folder)
	if err != nil {
		return "", err
	}
	settings := object{}
	for _, field := range stacks.Describe() {
		settings[project+field.Key] = schemaOf(found, field)
	}
	for _, name := range stacks.SecretSettings() {
		settings[project+name] = object{
			"description": "A secret: pulumi config set --secret " + name, "type": "object", "required": []string{"secure"},
		}
	}
	text, err := json.MarshalIndent(object{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "A stack of TechCommerce",
		"description": "Generated from the Go types in stacks/.",
		"type":        "object",
		"properties": object{"config": object{
			"type": "object", "properties": settings,
			// Settings of Pulumi itself and of providers are theirs; every one of ours is known.
			"propertyNames": object{"anyOf": []object{
				{"enum": slices.Sorted(maps.Keys(settings))}, {"not": object{"pattern": "^" + project}},
			}},
		}},
	}, "", "  ")
	return string(text) + "\n", err
}

func schemaOf(found comments, field stacks.Field) object {
	schema := object{"type": field.JSON}
	if text := found.of(field); text != "" {
		schema["description"] = text
	}
	if field.Options != nil {
		schema["enum"] = field.Options
	}
	switch field.JSON {
	case "integer":
		bound(schema, "minimum", field.Min)
		bound(schema, "maximum", field.Max)
	case "string":
		textual(schema, field)
	case "array":
		schema["items"] = schemaOf(found, field.Fields[0])
	case "object":
		if field.Free {
			schema["additionalProperties"] = object{"type": []string{"string", "number", "boolean"}}
			break
		}
		schema["properties"] = properties(found, field)
		schema["additionalProperties"] = false
	}
	return schema
}

func textual(schema object, field stacks.Field) {
	if field.Expression != "" {
		schema["pattern"] = field.Expression
	}
	if field.Min != "" {
		schema["minLength"] = 1
	}
	if field.Numeric {
		schema["type"] = []string{"string", "number"}
	}
}

// properties are an object's; an entry for any service is one entry for each.
func properties(found comments, field stacks.Field) object {
	list := object{}
	for _, inner := range field.Fields {
		if inner.Key != "<service>" {
			list[inner.Key] = optional(schemaOf(found, inner), inner)
			continue
		}
		for _, service := range contract.Services() {
			list[service.Name] = schemaOf(found, inner)
		}
	}
	return list
}

// optional lets null take away an object that the defaults have.
func optional(schema object, field stacks.Field) object {
	if field.JSON == "object" && field.Optional {
		schema["type"] = []string{"object", "null"}
	}
	return schema
}

func bound(schema object, name, value string) {
	if number, err := strconv.Atoi(value); err == nil {
		schema[name] = number
	}
}
