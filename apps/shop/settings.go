package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
)

// environment is what a service is told, all of it from what the contract says about the service.
func (s *shop) environment(index int, service contract.Service) []string {
	env := []string{
		contract.EnvListenAddress + "=" + s.address(s.port(service)),
		contract.EnvInternalAddress + "=" + s.address(s.internalPort(index)),
		contract.EnvDrainDelay + "=0s",
		contract.EnvDrainTimeout + "=3s",
		contract.EnvDemo + "=true",
	}
	if service.Name == contract.OrderAPI.Name {
		env = append(env, contract.EnvOpenOrders+"=true") // whoever can reach this machine's loopback may see its orders
	}
	for _, call := range service.Calls {
		for _, callee := range contract.Services() {
			if callee.Name == call.Service {
				env = append(env, call.Env+"="+s.url(callee))
			}
		}
	}
	for _, name := range service.Keys {
		env = append(env, name+"="+key(name))
	}
	if service.Stores {
		env = append(env, contract.EnvDatabaseURL+"=sqlite://"+filepath.Join(s.home, service.Name+".db"))
	}
	return env
}

// key is a secret that is none: whoever can reach the loopback of this machine may have it. It stays the same, so that
// carts and commands outlive a restart.
func key(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", "-")) + "-for-this-machine-only"
}

// internalPort is where a service's metrics are: on one machine they cannot all have the port that each has in a pod.
func (s *shop) internalPort(index int) int {
	const apart = 1000
	return s.port(contract.Services()[index]) + apart
}

func (s *shop) address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func (s *shop) url(service contract.Service) string { return "http://" + s.address(s.port(service)) }
