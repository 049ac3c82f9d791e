package discovery

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
)

func TestAnnotations(t *testing.T) {
	t.Parallel()
	for _, service := range contract.Services() {
		annotations := Annotations(service)
		var sources []logSource
		if err := json.Unmarshal([]byte(annotations["ad.datadoghq.com/"+service.Name+".logs"]), &sources); err != nil {
			t.Fatal(err)
		}
		if len(sources) != 1 || sources[0].Service != service.Name {
			t.Errorf("%s: %+v", service.Name, sources)
		}
		rule := regexp.MustCompile(sources[0].Rules[0].Pattern)
		if !rule.MatchString(`{"http.route":"/health"}`) || rule.MatchString(`{"http.route":"/healthy"}`) {
			t.Errorf("%s: %s", service.Name, rule)
		}
		var checks map[string]check
		if err := json.Unmarshal([]byte(annotations["ad.datadoghq.com/"+service.Name+".checks"]), &checks); err != nil {
			t.Fatal(err)
		}
		if at := checks["openmetrics"].Instances[0]; at.Endpoint != "http://%%host%%:9090/metrics" || len(at.Metrics) == 0 {
			t.Errorf("%s: %+v", service.Name, at)
		}
	}
}

func TestMetricNames(t *testing.T) {
	t.Parallel()
	for metric, want := range map[string]string{
		contract.MetricRequests: "techcommerce.http_requests.count", contract.MetricProductStock: "techcommerce.product_stock",
		contract.MetricRequestDuration: "trace.http.server.request", "go_goroutines": "",
		alerts.PostgresConnections: "techcommerce.pg_stat_activity_count", "pg_up": "",
		alerts.PostgresDeadlocks: "techcommerce.pg_stat_database_deadlocks.count",
	} {
		if got, ok := MetricName(metric); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v, want %q", metric, got, ok, want)
		}
	}
}

// TestLogsOfTheDatabase: what goes to stderr without a status would be taken for an error.
func TestLogsOfTheDatabase(t *testing.T) {
	t.Parallel()
	if got, want := ServerLog("postgres", "database")["ad.datadoghq.com/postgres.logs"],
		`[{"source":"postgresql","service":"database","log_processing_rules":[]}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var sources []logSource
	if err := json.Unmarshal([]byte(ExporterLog("exporter")["ad.datadoghq.com/exporter.logs"]), &sources); err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile(sources[0].Rules[0].Pattern)
	for line, dropped := range map[string]bool{
		`time=2026-11-25T17:29:31.191Z level=INFO source=main.go:86 msg="Excluded databases"`:   true,
		`time=2026-11-25T17:29:31.190Z level=WARN source=main.go:76 msg="Error loading config"`: false,
	} {
		if rule.MatchString(line) != dropped {
			t.Errorf("%s: dropped %t", line, !dropped)
		}
	}
}
