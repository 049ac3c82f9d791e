package canary

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/forward"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/internal/canaries"
	"github.com/techcommerce/platform/infra/rollout"
)

// oldPods is how many of the old pods are asked at most: a sample of them is enough to compare with.
const oldPods = 5

// readLimit bounds one answer of one pod.
const readLimit = 3 * time.Second

// Pods reads the metrics of a service's pods through port-forwards, which need no way through the network policies and no
// Prometheus, and sends requests of its own to the canary and to one of the old pods.
type Pods struct {
	Client api.Client
	// Forward has the namespace, the service and its port for metrics.
	Forward forward.Pods
	// Port is where the service takes requests.
	Port int

	canary, old Probes

	mu   sync.Mutex
	open map[target]way
}

// target is one port of one pod.
type target struct {
	pod  string
	port int
}

// way is an open port-forward.
type way struct {
	address string
	stop    func()
}

// Close ends the port-forwards.
func (p *Pods) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.open {
		w.stop()
	}
	p.open = nil
}

// Explain describes the canary's pod.
func (p *Pods) Explain(ctx context.Context) string {
	text, err := rollout.Explain(ctx, p.Client, rollout.Workload{
		Namespace: p.Forward.Namespace, Kind: "Deployment", Name: canaries.Of(p.Forward.App),
	})
	if err != nil {
		return err.Error()
	}
	return text
}

// answer is what one pod said.
type answer struct {
	pod    corev1.Pod
	sample Sample
	err    error
}

// Read asks the canary and some of the old pods. An old pod that does not answer is left out; the canary must, once it is
// ready.
func (p *Pods) Read(ctx context.Context) (Reading, error) {
	r := Reading{Canary: map[string]Sample{}, Old: map[string]Sample{}}
	pods, err := p.list(ctx)
	if err != nil {
		return r, err
	}
	answers := make([]answer, len(pods))
	var reading sync.WaitGroup
	for i, pod := range pods {
		reading.Go(func() {
			sample, err := p.sample(ctx, pod.Name)
			answers[i] = answer{pod, sample, err}
		})
	}
	p.probe(ctx, pods)
	reading.Wait()
	r.CanaryProbes, r.OldProbes = p.canary.Sample(), p.old.Sample()
	for _, a := range answers {
		canary := canaries.Is(a.pod.Labels)
		if canary {
			r.Ready = r.Ready || ready(a.pod)
			r.Restarts += restarts(a.pod)
		}
		switch {
		case a.err != nil && canary && ready(a.pod):
			return r, a.err
		case a.err != nil:
		case canary:
			r.Canary[a.pod.Name] = a.sample
		default:
			r.Old[a.pod.Name] = a.sample
		}
	}
	return r, nil
}

// probe sends requests to the canary once it is ready, and to one of the old pods.
func (p *Pods) probe(ctx context.Context, pods []corev1.Pod) {
	var sending sync.WaitGroup
	to := func(canary bool, probes *Probes) {
		i := slices.IndexFunc(pods, func(pod corev1.Pod) bool { return canaries.Is(pod.Labels) == canary && ready(pod) })
		if i < 0 {
			return
		}
		sending.Go(func() {
			// A port-forward that cannot be opened says nothing of the pod: its metrics cannot be read either.
			t := target{pods[i].Name, p.Port}
			w, err := p.way(ctx, t)
			if err == nil && !probes.Send(ctx, p.Forward.App, w.address) {
				p.drop(t)
			}
		})
	}
	to(true, &p.canary)
	to(false, &p.old)
	sending.Wait()
}

// list has the canary's pods and some of the old ones.
func (p *Pods) list(ctx context.Context) ([]corev1.Pod, error) {
	var list corev1.PodList
	err := p.Client.Get(ctx, &list, "/api/v1/namespaces/"+p.Forward.Namespace+"/pods", "labelSelector", "app.kubernetes.io/name="+p.Forward.App)
	if err != nil {
		return nil, err
	}
	var pods []corev1.Pod
	old := 0
	for _, pod := range list.Items {
		if pod.DeletionTimestamp != nil || pod.Status.Phase != corev1.PodRunning {
			continue
		}
		if !canaries.Is(pod.Labels) {
			if old++; old > oldPods {
				continue
			}
		}
		pods = append(pods, pod)
	}
	return pods, nil
}

func ready(pod corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func restarts(pod corev1.Pod) int {
	count := 0
	for _, c := range pod.Status.ContainerStatuses {
		count += int(c.RestartCount)
	}
	return count
}

// sample reads one pod's metrics. A port-forward that broke is opened again the next time.
func (p *Pods) sample(ctx context.Context, pod string) (Sample, error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	t := target{pod, p.Forward.Port}
	to, err := p.way(ctx, t)
	if err != nil {
		return Sample{}, err
	}
	sample, err := get(ctx, to.address+contract.MetricsPath)
	if err != nil {
		p.drop(t)
		return sample, fmt.Errorf("pod %s: %w", pod, err)
	}
	return sample, nil
}

// way is the port-forward to a port, opened where there is none.
func (p *Pods) way(ctx context.Context, t target) (way, error) {
	p.mu.Lock()
	to, ok := p.open[t]
	p.mu.Unlock()
	if ok {
		return to, nil
	}
	through := p.Forward
	through.Port = t.port
	address, stop, err := through.OpenPod(ctx, t.pod)
	if err != nil {
		return way{}, err
	}
	to = way{address, stop}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[target]way{}
	}
	p.open[t] = to
	return to, nil
}

// drop ends a port-forward, so that the next one who needs it opens it anew.
func (p *Pods) drop(t target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if to, ok := p.open[t]; ok {
		delete(p.open, t)
		to.stop()
	}
}

func get(ctx context.Context, address string) (Sample, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Sample{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Sample{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return Sample{}, errors.New("GET " + contract.MetricsPath + ": " + response.Status)
	}
	return Parse(response.Body)
}
