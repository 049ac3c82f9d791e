package drift

import (
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// settings says which setting declares a field: kind, field, setting. NAME is the service.
var settings = []struct {
	kind    string
	field   *regexp.Regexp
	setting string
}{
	{"Deployment", regexp.MustCompile(`^spec\.replicas$`), "services.NAME.replicas"},
	{"Deployment", regexp.MustCompile(`\.resources\.(requests)\.(cpu|memory)$`), "services.NAME.$2.request"},
	{"Deployment", regexp.MustCompile(`\.resources\.(limits)\.(cpu|memory)$`), "services.NAME.$2.limit"},
	{"Deployment", regexp.MustCompile(`^spec\.progressDeadlineSeconds$`), "rolloutDeadline"},
	{"Deployment", regexp.MustCompile(`\.env\[LOG_LEVEL\]\.value$`), "logLevel"},
	{"HorizontalPodAutoscaler", regexp.MustCompile(`^spec\.minReplicas$`), "services.NAME.autoscale.min"},
	{"HorizontalPodAutoscaler", regexp.MustCompile(`^spec\.maxReplicas$`), "services.NAME.autoscale.max"},
	{"Service", regexp.MustCompile(`\.nodePort$`), "edge.nodePort"},
}

// adopt is the setting and the value that would declare what is live, as pulumi config set takes them.
func adopt(declared unstructured.Unstructured, d difference) string {
	field := d.path.String()
	for _, s := range settings {
		match := s.field.FindStringSubmatchIndex(field)
		if s.kind != declared.GetKind() || match == nil || d.live == nil {
			continue
		}
		setting := string(s.field.ExpandString(nil, s.setting, field, match))
		setting = strings.ReplaceAll(setting, "NAME", declared.GetLabels()["app.kubernetes.io/name"])
		value := fmt.Sprint(d.live)
		if strings.HasSuffix(field, "Seconds") {
			value += "s"
		}
		return "'" + setting + "' " + value
	}
	return ""
}
