// The SDK of the Datadog provider, whose source tests read. It is a module of its own so that nobody downloads or compiles
// it who does not run those tests.
module github.com/techcommerce/platform/test/datadog/sdk

go 1.26.0

require github.com/pulumi/pulumi-datadog/sdk/v4 v4.68.0
