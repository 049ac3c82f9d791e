package monitoring

import (
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	grafana     = "grafana"
	grafanaPort = 3000
	// Folders that Grafana reads at its start. None is on its volume, or inside another one.
	provisioningFolder = "/etc/grafana/provisioning"
	dashboardFolder    = "/dashboards"
	grafanaData        = "/var/lib/grafana"
	passwordFile       = "admin-password"
)

func (m *Monitoring) grafana(ctx *pulumi.Context, a Args) error {
	if a.Grafana == nil {
		return nil
	}
	p := newPart(m, a, grafana, a.Grafana.Program)
	p.port, p.live, p.ready = grafanaPort, "/api/health", "/api/health"
	p.callers = []kube.Peer{a.peer(prometheus)}
	p.callees = []callee{{peers: []kube.Peer{a.peer(prometheus)}, ports: []int{prometheusPort}}}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	volumes, err := p.grafanaVolumes(ctx, a)
	if err != nil {
		return err
	}
	container := p.container()
	container.Env = grafanaSettings(*a.Grafana)
	container.VolumeMounts = corev1.VolumeMountArray{
		mount("provisioning", provisioningFolder), mount("dashboards", dashboardFolder),
		mount("data", grafanaData), mount("secrets", SecretFolder), mount("tmp", "/tmp"),
	}
	template := p.template(container, volumes...)
	template.Metadata.(*metav1.ObjectMetaArgs).Annotations = pulumi.ToStringMap(kube.SafeToEvict("tmp"))
	if _, err := appsv1.NewDeployment(ctx, p.app.Name, p.deployment(template), pulumi.Parent(m)); err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	if err := p.open(ctx, a.Grafana.NodePort, a.NodeHost); err != nil {
		return err
	}
	return p.budget(ctx)
}

func (p part) grafanaVolumes(ctx *pulumi.Context, a Args) ([]*corev1.VolumeArgs, error) {
	files, err := provisioning(p, a)
	if err != nil {
		return nil, err
	}
	provisioned, err := p.config(ctx, grafana, files)
	if err != nil {
		return nil, err
	}
	dashboards, err := p.config(ctx, grafana+"-dashboards", a.Grafana.Dashboards)
	if err != nil {
		return nil, err
	}
	claim, err := p.claim(ctx, a.Grafana.Volume, a.Protected)
	if err != nil {
		return nil, err
	}
	config := configVolume("provisioning", provisioned)
	var items corev1.KeyToPathArray
	for _, file := range sorted(files) {
		items = append(items, &corev1.KeyToPathArgs{Key: pulumi.String(file), Path: pulumi.String(folderOf[file] + "/" + file)})
	}
	config.ConfigMap.(*corev1.ConfigMapVolumeSourceArgs).Items = items
	return []*corev1.VolumeArgs{
		config, configVolume("dashboards", dashboards), claimVolume("data", claim),
		secretVolume("secrets", map[string]kube.SecretKey{passwordFile: a.Grafana.AdminPassword}),
		{Name: pulumi.String("tmp"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String("64Mi")}},
	}, nil
}

// grafanaSettings let nobody in without a password, and nobody make an account.
func grafanaSettings(g Grafana) corev1.EnvVarArray {
	settings := [][2]string{
		{"GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES", "false"},
		{"GF_ANALYTICS_CHECK_FOR_UPDATES", "false"},
		{"GF_ANALYTICS_REPORTING_ENABLED", "false"},
		{"GF_AUTH_ANONYMOUS_ENABLED", "false"},
		{"GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH", dashboardFolder + "/overview.json"},
		{"GF_NEWS_NEWS_FEED_ENABLED", "false"},
		{"GF_PLUGINS_PREINSTALL_DISABLED", "true"},
		{"GF_SECURITY_ADMIN_PASSWORD__FILE", secretFile(passwordFile)},
		{"GF_SECURITY_DISABLE_GRAVATAR", "true"},
		{"GF_SERVER_HTTP_PORT", strconv.Itoa(grafanaPort)},
		{"GF_USERS_ALLOW_SIGN_UP", "false"},
	}
	if g.URL != "" {
		settings = append(settings, [2]string{"GF_SERVER_ROOT_URL", g.URL})
	}
	var vars corev1.EnvVarArray
	for _, s := range settings {
		vars = append(vars, &corev1.EnvVarArgs{Name: pulumi.String(s[0]), Value: pulumi.String(s[1])})
	}
	return vars
}

// The parts of Grafana's provisioning that we use, as it names them.
type (
	datasources struct {
		APIVersion  int          `yaml:"apiVersion"`
		Prune       bool         `yaml:"prune"`
		Datasources []datasource `yaml:"datasources"`
	}
	datasource struct {
		Name      string         `yaml:"name"`
		Type      string         `yaml:"type"`
		UID       string         `yaml:"uid"`
		Access    string         `yaml:"access"`
		URL       string         `yaml:"url"`
		IsDefault bool           `yaml:"isDefault"`
		Editable  bool           `yaml:"editable"`
		JSONData  map[string]any `yaml:"jsonData"`
	}
	providers struct {
		APIVersion int        `yaml:"apiVersion"`
		Providers  []provider `yaml:"providers"`
	}
	provider struct {
		Name            string            `yaml:"name"`
		Type            string            `yaml:"type"`
		Folder          string            `yaml:"folder"`
		DisableDeletion bool              `yaml:"disableDeletion"`
		AllowUIUpdates  bool              `yaml:"allowUiUpdates"`
		Options         map[string]string `yaml:"options"`
	}
)

// folderOf says where below the provisioning's folder each file belongs.
var folderOf = map[string]string{"datasources.yaml": "datasources", "dashboards.yaml": "dashboards"}

// provisioning are the files that Grafana makes datasources and dashboards from. Nobody can edit what came that way.
func provisioning(p part, a Args) (map[string]string, error) {
	url := "http://" + prometheus + "-service:" + strconv.Itoa(prometheusPort)
	files := map[string]any{
		"datasources.yaml": datasources{APIVersion: 1, Prune: true, Datasources: []datasource{{
			Name: "Prometheus", Type: "prometheus", UID: a.Grafana.Datasource, Access: "proxy", URL: url, IsDefault: true,
			JSONData: map[string]any{"timeInterval": a.Prometheus.Interval, "httpMethod": "POST"},
		}}},
		"dashboards.yaml": providers{APIVersion: 1, Providers: []provider{{
			Name: kube.Product, Type: "file", Folder: "TechCommerce", DisableDeletion: true,
			Options: map[string]string{"path": dashboardFolder},
		}}},
	}
	texts := map[string]string{}
	for name, content := range files {
		text, err := yaml.Marshal(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		texts[name] = string(text)
	}
	return texts, nil
}
