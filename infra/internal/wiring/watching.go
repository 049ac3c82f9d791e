package wiring

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// scrapeFile is what the rules must know of Prometheus' configuration.
type scrapeFile struct {
	RuleFiles []string `yaml:"rule_files"`
	Alerting  struct {
		Alertmanagers []scrapeJob `yaml:"alertmanagers"`
	} `yaml:"alerting"`
	Jobs []scrapeJob `yaml:"scrape_configs"`
}

type scrapeJob struct {
	Name    string         `yaml:"job_name"`
	Static  []any          `yaml:"static_configs"`
	Targets []scrapeTarget `yaml:"kubernetes_sd_configs"`
	Relabel []struct {
		Source []string `yaml:"source_labels"`
		Regex  string   `yaml:"regex"`
		Action string   `yaml:"action"`
	} `yaml:"relabel_configs"`
}

type scrapeTarget struct {
	Role       string `yaml:"role"`
	Namespaces struct {
		Names []string `yaml:"names"`
	} `yaml:"namespaces"`
	Selectors []struct {
		Label string `yaml:"label"`
	} `yaml:"selectors"`
}

// watching demands that Prometheus' configuration can be read, and that every job, rule file and datasource in it means
// something that is there, listens, and lets Prometheus in.
func (c *checker) watching() {
	server := c.find("StatefulSet prometheus")
	if server == nil {
		return
	}
	text, ok := c.fileOf(*server, "prometheus.yml")
	if !ok {
		c.fail(server.owner, "reads prometheus.yml, which nothing mounts")
		return
	}
	var file scrapeFile
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		c.fail(server.owner, "prometheus.yml: %v", err)
		return
	}
	for _, rules := range file.RuleFiles {
		c.ruleFile(*server, rules)
	}
	if len(file.Alerting.Alertmanagers) == 0 {
		c.fail(server.owner, "tells no Alertmanager")
	}
	for _, job := range slices.Concat(file.Jobs, file.Alerting.Alertmanagers) {
		if job.Name == "" {
			job.Name = "alertmanagers"
		}
		c.job(*server, job)
	}
	c.everybodyIsScraped(*server, file.Jobs)
	c.datasources(*server)
	c.lifecycle(*server)
}

// lifecycle demands that nobody can stop Prometheus or change what it holds by asking.
func (c *checker) lifecycle(server pod) {
	for _, container := range server.containers() {
		for _, arg := range container.Args {
			if strings.HasPrefix(arg, "--web.enable-") {
				c.fail(server.owner, "%s lets everybody who can reach it stop or change it", arg)
			}
			if folder, ok := strings.CutPrefix(arg, "--storage.tsdb.path="); ok && server.folder(container, folder+"/x") == "" {
				c.fail(server.owner, "%s is on no volume that outlives the pod", folder)
			}
		}
	}
}

func (c *checker) find(owner string) *pod {
	for _, p := range c.pods() {
		if p.owner == owner {
			return &p
		}
	}
	return nil
}

// fileOf is the content of a file that the pod mounts from a ConfigMap.
func (c *checker) fileOf(p pod, name string) (string, bool) {
	for _, v := range p.template.Spec.Volumes {
		if v.ConfigMap == nil {
			continue
		}
		config := find(c.ConfigMaps, v.ConfigMap.Name, func(m *corev1.ConfigMap) string { return m.Name })
		if config == nil {
			continue
		}
		if text, ok := config.Data[name]; ok {
			return text, true
		}
	}
	return "", false
}

func (c *checker) ruleFile(server pod, path string) {
	text, ok := c.fileOf(server, path[strings.LastIndex(path, "/")+1:])
	if !ok {
		c.fail(server.owner, "rule file %s is not mounted", path)
		return
	}
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Record, Expr string }
		}
	}
	if err := yaml.Unmarshal([]byte(text), &rules); err != nil {
		c.fail(server.owner, "rule file %s: %v", path, err)
	}
	alerts := 0
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			if rule.Alert != "" {
				alerts++
			}
		}
	}
	if alerts == 0 {
		c.fail(server.owner, "rule file %s has no alert", path)
	}
}

// job demands that a job finds its targets by asking the API server, where it may, and that those that are ours exist,
// listen, and are let through.
func (c *checker) job(server pod, job scrapeJob) {
	where := server.owner + ": job " + job.Name
	if len(job.Static) > 0 || len(job.Targets) == 0 {
		c.fail(where, "names its targets instead of finding them")
	}
	for _, target := range job.Targets {
		switch target.Role {
		case "pod":
			c.podTargets(where, server, job, target)
		case "node":
			c.may(where, server, "", "", "nodes")
			if !c.allows(server, "", "", "nodes/metrics", "get") {
				c.fail(where, "may not read the nodes' metrics")
			}
		case "endpointslice":
			for _, namespace := range target.Namespaces.Names {
				c.may(where, server, namespace, "discovery.k8s.io", "endpointslices")
			}
		default:
			c.fail(where, "finds targets by %s: one of several pods would answer each time", target.Role)
		}
	}
}

func (c *checker) may(where string, p pod, namespace, group, resource string) {
	for _, verb := range []string{"list", "watch"} {
		if !c.allows(p, namespace, group, resource, verb) {
			c.fail(where, "may not %s %s in namespace %q", verb, resource, namespace)
		}
	}
}

func (c *checker) podTargets(where string, server pod, job scrapeJob, target scrapeTarget) {
	if len(target.Namespaces.Names) == 0 {
		c.fail(where, "looks for pods in every namespace")
	}
	for _, namespace := range target.Namespaces.Names {
		c.may(where, server, namespace, "", "pods")
		if !c.declares(namespace) {
			continue
		}
		found := c.scraped(target, namespace)
		if len(found) == 0 {
			c.fail(where, "finds no pod in namespace %s", namespace)
		}
		for _, p := range found {
			number, ok := p.port(job.port(), 0)
			switch {
			case !ok:
				c.fail(where, "asks port %s, which %s does not have", job.port(), p.owner)
			case !c.mayLeave(server, p, number):
				c.fail(where, "no policy lets it out to %s port %d", p.owner, number)
			case !c.mayEnter(server, p, number):
				c.fail(where, "no policy lets it in to %s port %d", p.owner, number)
			}
		}
	}
}

// scraped lists the pods of a namespace that a target's selectors find.
func (c *checker) scraped(target scrapeTarget, namespace string) []pod {
	var found []pod
	for _, p := range c.selected(namespace, nil) {
		matches := p.stays
		for _, s := range target.Selectors {
			selector, err := labels.Parse(s.Label)
			if err != nil {
				c.fail("scrape", "selector %q: %v", s.Label, err)
				continue
			}
			matches = matches && selector.Matches(labels.Set(p.template.Labels))
		}
		if matches {
			found = append(found, p)
		}
	}
	return found
}

// port is the name of the port that a job keeps.
func (j scrapeJob) port() string {
	for _, r := range j.Relabel {
		if r.Action == "keep" && slices.Contains(r.Source, "__meta_kubernetes_pod_container_port_name") {
			return r.Regex
		}
	}
	return ""
}

// everybodyIsScraped demands that each pod of the stack that has metrics is found by a job.
func (c *checker) everybodyIsScraped(server pod, jobs []scrapeJob) {
	scraped := map[string]bool{}
	for _, job := range jobs {
		for _, target := range job.Targets {
			for _, namespace := range target.Namespaces.Names {
				for _, p := range c.scraped(target, namespace) {
					scraped[p.owner] = true
				}
			}
		}
	}
	for _, p := range c.pods() {
		if p.measures() && !scraped[p.owner] {
			c.fail(server.owner, "no job scrapes %s", p.owner)
		}
	}
}

// measures reports whether the pod has metrics: on a port for them alone, or, as all that watches does, on its own.
func (p pod) measures() bool {
	_, internal := p.port("internal", 0)
	_, metrics := p.port("metrics", 0)
	return internal || metrics || p.template.Labels["tier"] == "monitoring"
}

// datasources demands that Grafana asks a Service that is there, that nobody can change what it asks, and that its
// password is in no variable.
func (c *checker) datasources(server pod) {
	show := c.find("Deployment grafana")
	if show == nil {
		return
	}
	text, ok := c.fileOf(*show, "datasources.yaml")
	if !ok {
		c.fail(show.owner, "has no datasource")
		return
	}
	var file struct {
		Datasources []struct {
			URL      string `yaml:"url"`
			UID      string `yaml:"uid"`
			Editable bool   `yaml:"editable"`
		} `yaml:"datasources"`
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil || len(file.Datasources) == 0 {
		c.fail(show.owner, "datasources.yaml: %v", fmt.Sprint(err))
		return
	}
	for _, source := range file.Datasources {
		if source.Editable {
			c.fail(show.owner, "datasource %s can be edited", source.UID)
		}
		to, _ := address(source.URL)
		c.reaches(*show, "datasource "+source.UID, to)
	}
	for _, container := range show.containers() {
		for _, e := range container.Env {
			if strings.HasSuffix(e.Name, "_PASSWORD") && e.Value != "" {
				c.fail(show.owner, "variable %s holds a password in clear", e.Name)
			}
		}
		for variable, want := range map[string]string{"GF_USERS_ALLOW_SIGN_UP": "false", "GF_AUTH_ANONYMOUS_ENABLED": "false"} {
			if valueOf(container, variable) != want {
				c.fail(show.owner, "variable %s is %q, want %q", variable, valueOf(container, variable), want)
			}
		}
		if show.folder(container, "/var/lib/grafana/x") == "" {
			c.fail(show.owner, "/var/lib/grafana is on no volume that outlives the pod")
		}
	}
}
