package monitoring

import (
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	alertmanager     = "alertmanager"
	alertmanagerPort = 9093
	alertmanagerFile = "alertmanager.yml"
)

// alertmanager runs as one, with its silences on a volume: a second one would only tell things twice when they part.
func (m *Monitoring) alertmanager(ctx *pulumi.Context, a Args) error {
	p := newPart(m, a, alertmanager, a.Alertmanager.Program)
	p.port, p.live, p.ready = alertmanagerPort, "/-/healthy", "/-/ready"
	p.callers = []kube.Peer{a.peer(prometheus)}
	if len(a.Alertmanager.Ports) > 0 {
		p.callees = []callee{{peers: kube.Networks(a.Alertmanager.Networks), ports: a.Alertmanager.Ports}}
	}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	config, err := p.config(ctx, alertmanager, map[string]string{alertmanagerFile: a.Alertmanager.Config})
	if err != nil {
		return err
	}
	claim, err := p.claim(ctx, a.Alertmanager.Volume, a.Protected)
	if err != nil {
		return err
	}
	mounts := corev1.VolumeMountArray{mount("config", configFolder), mount("data", dataPath)}
	volumes := []*corev1.VolumeArgs{configVolume("config", config), claimVolume("data", claim)}
	if len(a.Alertmanager.Secrets) > 0 {
		mounts = append(mounts, mount("secrets", SecretFolder))
		volumes = append(volumes, secretVolume("secrets", a.Alertmanager.Secrets))
	}
	container := p.container(
		"--config.file="+configFolder+"/"+alertmanagerFile,
		"--storage.path="+dataPath,
		"--web.listen-address=:"+strconv.Itoa(alertmanagerPort),
		// There are no others to talk to.
		"--cluster.listen-address=",
	)
	container.VolumeMounts = mounts
	if _, err := appsv1.NewStatefulSet(ctx, p.app.Name, p.statefulSet(p.template(container, volumes...)), pulumi.Parent(m)); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := p.open(ctx, 0, ""); err != nil {
		return err
	}
	return p.budget(ctx)
}
