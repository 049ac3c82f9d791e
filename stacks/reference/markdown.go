package reference

import (
	_ "embed" // the texts around the table
	"fmt"
	"strings"

	"github.com/techcommerce/platform/stacks"
)

//go:embed heading.md
var heading string

//go:embed secrets.md
var secretHeading string

// Markdown is the reference for people. The folder has the source of package stacks.
func Markdown(folder string) (string, error) {
	found, err := readComments(folder)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString(heading)
	for _, field := range stacks.Describe() {
		row(&text, found, "", field)
	}
	text.WriteString(secretHeading)
	for _, name := range stacks.SecretSettings() {
		fmt.Fprintf(&text, "- `%s`\n", name)
	}
	return text.String(), nil
}

func row(text *strings.Builder, found comments, prefix string, field stacks.Field) {
	path := prefix + field.Key
	meaning := found.of(field)
	if meaning != "" || field.Owner != "" {
		fmt.Fprintf(text, "| `%s` | %s | %s | %s |\n", path, value(field), code(field.Default), cell(meaning))
	}
	if field.JSON == "array" {
		for _, inner := range field.Fields[0].Fields {
			row(text, found, path+"[].", inner)
		}
		return
	}
	for _, inner := range field.Fields {
		row(text, found, path+".", inner)
	}
}

func value(field stacks.Field) string {
	switch {
	case field.Options != nil:
		return strings.Join(field.Options, ", ")
	case field.Min != "" && field.Max != "":
		return field.Min + " to " + field.Max
	case field.Min != "" && field.JSON == "integer":
		return "at least " + field.Min
	default:
		return cell(field.Kind)
	}
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// cell keeps a table's cell in one.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;").Replace(text)
}
