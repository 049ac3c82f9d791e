package sdktypes_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	property "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/datadog/agent"
	"github.com/techcommerce/platform/infra/datadog/resource"
	"github.com/techcommerce/platform/test/datadog/sdktypes"
)

func mustLoad(t testing.TB) *sdktypes.SDK {
	t.Helper()
	sdk, err := sdktypes.Datadog()
	if err != nil {
		t.Fatal(err)
	}
	return sdk
}

// declared are our own types, by the token that they are registered under.
func declared() map[string]any {
	return map[string]any{
		resource.ProviderToken:  resource.ProviderArgs{},
		resource.MonitorToken:   resource.MonitorArgs{},
		resource.ObjectiveToken: resource.ObjectiveArgs{},
		resource.DashboardToken: resource.DashboardArgs{},
		resource.DowntimeToken:  resource.DowntimeArgs{},
	}
}

// TestOurTypesAreTheSDKs: what we declare without the SDK is what the SDK would have let us declare.
func TestOurTypesAreTheSDKs(t *testing.T) {
	t.Parallel()
	sdk := mustLoad(t)
	if sdk.Version != resource.Version {
		t.Errorf("the plugin is %s, the SDK's is %s", resource.Version, sdk.Version)
	}
	for token, args := range declared() {
		inputs, secrets, err := sdk.Resource(token)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, problem := range differ(token, reflect.TypeOf(args), inputs) {
			t.Error(problem)
		}
		if token == resource.ProviderToken && !(slices.Contains(secrets, "apiKey") && slices.Contains(secrets, "appKey")) {
			t.Errorf("%s: the SDK's secrets are %q", token, secrets)
		}
	}
}

// TestPartingIsNoticed: the comparison can fail.
func TestPartingIsNoticed(t *testing.T) {
	t.Parallel()
	sdk := mustLoad(t)
	monitor, _, err := sdk.Resource(resource.MonitorToken)
	if err != nil {
		t.Fatal(err)
	}
	type thresholds struct {
		Critical float64 `pulumi:"critical"`
	}
	type parted struct {
		Name       string      `pulumi:"name"`
		Message    string      `pulumi:"message"`
		Query      []string    `pulumi:"query"`
		Priority   int         `pulumi:"priority"`
		Silenced   bool        `pulumi:"silenced"`
		Thresholds *thresholds `pulumi:"monitorThresholds"`
	}
	got := strings.Join(differ("M", reflect.TypeFor[parted](), monitor), "\n")
	want := strings.Join([]string{
		"M.query: list, the SDK has string", "M.priority: int, the SDK has string", "M.silenced: not in the SDK",
		"M.monitorThresholds.critical: float64, the SDK has string", "M.type: required by the SDK",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, _, err := sdk.Resource("datadog:index/monitr:Monitr"); err == nil {
		t.Error("found a resource that there is not")
	}
}

// differ lists where our type is not the SDK's.
func differ(path string, ours reflect.Type, theirs sdktypes.Type) []string {
	if ours.Kind() == reflect.Pointer {
		ours = ours.Elem()
	}
	if kind := kindOf(ours); kind != theirs.Kind {
		return []string{fmt.Sprintf("%s: %s, the SDK has %s", path, kind, theirs.Kind)}
	}
	switch {
	case ours.Kind() == reflect.Slice:
		return differ(path+"[]", ours.Elem(), *theirs.Element)
	case ours == reflect.TypeFor[pulumi.IntArrayInput]():
		return differ(path+"[]", reflect.TypeFor[int](), *theirs.Element)
	case ours.Kind() != reflect.Struct:
		return nil
	}
	var found []string
	seen := map[string]bool{}
	for i := range ours.NumField() {
		key := ours.Field(i).Tag.Get("pulumi")
		seen[key] = true
		field, ok := theirs.Fields[key]
		if !ok {
			found = append(found, path+"."+key+": not in the SDK")
			continue
		}
		found = append(found, differ(path+"."+key, ours.Field(i).Type, field.Type)...)
	}
	for key, field := range theirs.Fields {
		if field.Required && !seen[key] {
			found = append(found, path+"."+key+": required by the SDK")
		}
	}
	return found
}

func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[pulumi.StringInput]():
		return "string"
	case t == reflect.TypeFor[pulumi.IntArrayInput](), t.Kind() == reflect.Slice:
		return "list"
	case t.Kind() == reflect.Struct:
		return "object"
	}
	return t.Kind().String()
}

// TestAReleaseIsHeldAgainstTheSDK: the program declares it without the SDK's types.
func TestAReleaseIsHeldAgainstTheSDK(t *testing.T) {
	t.Parallel()
	sdk, err := sdktypes.Helm()
	if err != nil {
		t.Fatal(err)
	}
	release, _, err := sdk.Resource(agent.ReleaseToken)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		inputs map[string]any
		want   string
	}{
		{"what it takes", map[string]any{
			"chart": "datadog", "timeout": 600, "values": map[string]any{"datadog": map[string]any{}}, "repositoryOpts": map[string]any{"repo": "x"},
		}, ""},
		{"a misspelt property", map[string]any{"chart": "datadog", "valeus": 1}, "R.valeus: the provider has no such property"},
		{"a misspelt property inside", map[string]any{"chart": "datadog", "repositoryOpts": map[string]any{"url": "x"}},
			"R.repositoryOpts.url: the provider has no such property"},
		{"a number in text", map[string]any{"chart": "datadog", "timeout": "600"}, "R.timeout: string, want int"},
		{"values that are none", map[string]any{"chart": "datadog", "values": "a: 1"}, "R.values: string, want map"},
		{"no chart", map[string]any{"name": "datadog"}, "R.chart: missing"},
	} {
		got := strings.Join(release.Check("R", property.NewProperty(property.NewPropertyMapFromMap(c.inputs))), "\n")
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
