// Command network-policies enforces NetworkPolicies on the local node: kube-network-policies' controller and engine, run
// as a process of the node. Upstream's own main package only knows the configuration of a pod.
//
// The engine judges the packets that arrive in netfilter queue 100. Upstream fills it by an nftables rule, which kernels
// without CONFIG_NFT_QUEUE refuse; the local cluster therefore feeds it by iptables (see the node's network), and the
// refusal that the controller logs at start is harmless.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of the kubeconfig to read policies, pods and namespaces with")
	node := flag.String("node", "", "name of this node")
	queue := flag.Int("queue", 100, "netfilter queue to judge")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, networkpolicy.Config{NodeName: *node, QueueID: *queue}); err != nil {
		fmt.Fprintln(os.Stderr, "network-policies:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig string, config networkpolicy.Config) error {
	rest, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	shared := informers.NewSharedInformerFactory(client, 0)
	controller, err := networkpolicy.NewController(client,
		shared.Networking().V1().NetworkPolicies(), shared.Core().V1().Namespaces(), shared.Core().V1().Pods(),
		nil, nil, nil, nil, config)
	if err != nil {
		return fmt.Errorf("controller: %w", err)
	}
	shared.Start(ctx.Done())
	return controller.Run(ctx)
}
