//go:build never

// Package sdk keeps the requirement in go.mod: nothing compiles it.
package sdk

import _ "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
