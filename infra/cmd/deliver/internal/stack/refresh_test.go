package stack

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRefreshedNamesEveryDifference(t *testing.T) {
	t.Parallel()
	const monitor = "urn:pulumi:staging::techcommerce::datadog:index/monitor:Monitor::AgentDown"
	for _, test := range []struct {
		name, digest string
		want         []Refreshed
		incomplete   bool
	}{
		{name: "nothing differs", digest: `{"steps":[{"op":"refresh","urn":"` + monitor + `"}],"changeSummary":{"same":1}}`},
		{
			name:   "a property differs",
			digest: `{"steps":[{"op":"update","urn":"` + monitor + `","detailedDiff":{"query":{},"message":{}}}],"changeSummary":{"same":7,"update":1}}`,
			want:   []Refreshed{{URN: monitor, Paths: []string{"message", "query"}}},
		},
		{
			name:   "it is gone",
			digest: `{"steps":[{"op":"delete","urn":"` + monitor + `"}],"changeSummary":{"delete":1}}`,
			want:   []Refreshed{{URN: monitor, Gone: true}},
		},
		{
			name:       "a provider that gives no properties",
			digest:     `{"steps":[{"op":"refresh","urn":"` + monitor + `"}],"changeSummary":{"update":1}}`,
			incomplete: true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var digest refreshDigest
			if err := json.Unmarshal([]byte(test.digest), &digest); err != nil {
				t.Fatal(err)
			}
			found, err := digest.refreshed()
			if diff := cmp.Diff(test.want, found); diff != "" || (err != nil) != test.incomplete {
				t.Errorf("error %v, -want +got:\n%s", err, diff)
			}
		})
	}
}
