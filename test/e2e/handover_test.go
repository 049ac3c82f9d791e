package e2e_test

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// changesWhoScales hands order-api to an autoscaler and takes it back, with plain pulumi up. The number of pods must never
// fall below what both declarations want.
func (o *operator) changesWhoScales(t *testing.T) {
	const pods = 2
	config := func(do string, args ...string) {
		o.pulumi(t, append([]string{"config", do, "--stack", prStack, "--path"}, args...)...)
	}
	config("set", "services.order-api.replicas", strconv.Itoa(pods))
	o.up(t, prStack)
	least, stop := o.fewestPods(t, "order-api")
	config("set", "services.order-api.autoscale.min", strconv.Itoa(pods))
	config("set", "services.order-api.autoscale.max", strconv.Itoa(pods+1))
	o.up(t, prStack)
	eventually(t, time.Minute, func() error { // the autoscaler has decided
		_, err := o.p.tryKubectl(t, "", "-n", prNamespace, "wait", "--for=condition=AbleToScale", "--timeout=5s", "hpa/order-api-hpa")
		return err
	})
	config("rm", "services.order-api.autoscale")
	o.up(t, prStack)
	stop()
	if got := least(); got < pods {
		t.Errorf("order-api was declared with %d pods meanwhile, want %d all the time", got, pods)
	}
	if got := o.p.kubectl(t, "", "-n", prNamespace, "get", "deployment", "order-api", "-o", "jsonpath={.spec.replicas}"); got != strconv.Itoa(pods) {
		t.Errorf("order-api has %s pods in the end, want %d", got, pods)
	}
}

// fewestPods follows how many pods a Deployment shall have, until it is told to stop.
func (o *operator) fewestPods(t *testing.T, deployment string) (least func() int, stop func()) {
	t.Helper()
	var fewest atomic.Int64
	fewest.Store(1 << 30)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			text, err := o.p.tryKubectl(t, "", "-n", prNamespace, "get", "deployment", deployment, "-o", "jsonpath={.spec.replicas}")
			if count, parsed := strconv.ParseInt(text, 10, 64); err == nil && parsed == nil {
				fewest.Store(min(fewest.Load(), count))
			}
			select {
			case <-done:
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() int { return int(fewest.Load()) }, func() { close(done); <-ended }
}
