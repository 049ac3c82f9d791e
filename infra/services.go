package main

import (
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/infra/workload"
	"github.com/techcommerce/platform/stacks"
)

// dependencies are the resources that must exist before a service is declared.
type dependencies struct {
	foundation *foundation.Foundation
	secrets    *keys.Keys
	database   *database.Database
}

// workloadArgs joins what a service is (contract), how much of it runs (stack) and what it needs (dependencies). It is the same for
// every service: a fourth one is an entry in contract.Services.
func workloadArgs(service contract.Service, stack stacks.Stack, release release, deps dependencies) workload.Args {
	size := stack.Services[service.Name]
	args := workload.Args{
		App:             app(service, stack, release),
		Namespace:       deps.foundation.Namespace,
		Image:           string(release.images[service.Name]),
		Host:            service.Host(),
		Port:            service.Port,
		InternalPort:    contract.InternalPort,
		Probes:          workload.Probes{Health: contract.HealthPath, Ready: contract.ReadyPath},
		UID:             contract.UID,
		Env:             environment(service, stack, release),
		SecretEnv:       map[string]kube.SecretKey{},
		Replicas:        size.Replicas,
		CPU:             cpuRange(size.CPU),
		Memory:          memoryRange(size.Memory),
		Apart:           size.Spread == stacks.SpreadRequired,
		RolloutDeadline: stack.RolloutDeadline.Seconds(),
		GracePeriod:     stack.Drain.GracePeriod().Seconds(),
		Scrapers:        scrapers(stack),
	}
	if a := size.Autoscale; a != nil {
		args.Autoscale = &workload.Autoscale{Min: a.Min, Max: a.Max, CPU: a.CPU, ShrinkAfter: a.ShrinkAfter.Seconds()}
	}
	if service.Name == publicService.Name {
		args.Callers = append(args.Callers, probers(stack)...)
		args.NodePort = stack.Edge.NodePort
		args.ExternalTrafficPolicy = string(stack.Edge.ExternalTrafficPolicy)
		if networks := trustedNetworks(stack.Edge); networks != "" {
			args.Env[contract.EnvTrustedNetworks] = networks
		}
	}
	if service.Name == publicService.Name && stack.Edge.PublicAdmin {
		args.Env[contract.EnvPublicAdmin] = "true"
	}
	if service.Name == contract.OrderAPI.Name {
		addOrderSettings(args.Env, stack)
		announce(&args, stack, deps.secrets)
	}
	if service.Stores {
		args.Env[contract.EnvAuditRetention] = stack.AuditRetention.String()
	}
	if stack.Demo {
		args.Env[contract.EnvDemo] = "true"
	}
	limiting(args.Env, size)
	logging(args.Env, stack)
	addCalls(&args, service)
	addKeys(&args, service, deps.secrets)
	addDatabase(&args, service, stack, deps.database)
	addTraces(&args, stack)
	addDatadog(&args, service, stack)
	return args
}

// addTraces sends the service's traces to the stack's own collector.
func addTraces(args *workload.Args, stack stacks.Stack) {
	if stack.Traces == nil {
		return
	}
	args.Env[contract.EnvOTLPEndpoint] = stack.Traces.URL
	args.Callees = append(args.Callees, outgoing(stack.Traces)...)
}

// environment is the service's plain variables.
func environment(service contract.Service, stack stacks.Stack, release release) map[string]string {
	return map[string]string{
		contract.EnvListenAddress:   ":" + strconv.Itoa(service.Port),
		contract.EnvInternalAddress: ":" + strconv.Itoa(contract.InternalPort),
		contract.EnvLogLevel:        string(stack.LogLevel),
		contract.EnvEnvironment:     stack.Environment,
		contract.EnvService:         service.Name,
		contract.EnvVersion:         release.images[service.Name].Version(),
		contract.EnvDrainDelay:      stack.Drain.Delay.String(),
		contract.EnvDrainTimeout:    stack.Drain.Timeout.String(),
		contract.EnvMaxConnections:  strconv.Itoa(stack.Services[service.Name].MaxConnections),
		contract.EnvWriteRate:       strconv.Itoa(stack.Services[service.Name].WriteRate),
		contract.EnvMemoryLimit:     memoryLimit(stack.Services[service.Name].Memory),
	}
}

// limiting says how much of a pod one client may take, as far as that is not derived.
func limiting(env map[string]string, size stacks.Service) {
	for name, value := range map[string]int{
		contract.EnvOpenConnections:      size.OpenConnections,
		contract.EnvConnectionsPerClient: size.ConnectionsPerClient,
		contract.EnvRequestsPerClient:    size.RequestsPerClient,
	} {
		if value != 0 {
			env[name] = strconv.Itoa(value)
		}
	}
}

// logging says what of the log is left out; nothing where all is written.
func logging(env map[string]string, stack stacks.Stack) {
	if stack.LogReads > 1 {
		env[contract.EnvLogReads] = strconv.Itoa(stack.LogReads)
	}
}

// addOrderSettings adds the variables that only order-api reads.
func addOrderSettings(env map[string]string, stack stacks.Stack) {
	env[contract.EnvPendingOrderAge] = stack.Orders.PendingAge.String()
	env[contract.EnvIdempotencyRetention] = stack.Orders.KeyRetention.String()
	env[contract.EnvOrderRetention] = stack.Orders.Retention.String()
	env[contract.EnvRejectedRetention] = stack.Orders.RejectedRetention.String()
	if stack.OpenOrders {
		env[contract.EnvOpenOrders] = "true"
	}
}

// addCalls adds the URLs of the services that this one calls, and both ends of the network policies, from contract.Calls.
func addCalls(args *workload.Args, service contract.Service) {
	for _, other := range contract.Services() {
		for _, call := range service.Calls {
			if call.Service == other.Name {
				args.Env[call.Env] = other.URL()
				args.Callees = append(args.Callees, workload.Callee{Peer: pods(other), Port: other.Port})
			}
		}
		for _, call := range other.Calls {
			if call.Service == service.Name {
				args.Callers = append(args.Callers, pods(other))
			}
		}
	}
}

// addKeys adds the keys that the service shares with others.
func addKeys(args *workload.Args, service contract.Service, secrets *keys.Keys) {
	for _, env := range service.Keys {
		args.SecretEnv[env] = secrets.Refs[stacks.KeyName(env)]
	}
}

// addDatabase adds the connection to the database, its password or volume, and the network policy.
func addDatabase(args *workload.Args, service contract.Service, stack stacks.Stack, data *database.Database) {
	if !service.Stores {
		return
	}
	connections := stack.Services[service.Name].DatabaseConnections
	args.Env[contract.EnvDatabaseConnections] = strconv.Itoa(connections)
	to := data.Connections[service.Name]
	if to.URL != "" {
		args.Env[contract.EnvDatabaseURL] = to.URL
	}
	if to.SecretURL != nil {
		args.SecretEnv[contract.EnvDatabaseURL] = *to.SecretURL
	}
	if to.DirectURL != nil {
		args.SecretEnv[contract.EnvDatabaseDirectURL] = *to.DirectURL
	}
	if to.CA != nil {
		args.Env[contract.EnvDatabaseCA] = to.CA.File
		args.Config = &workload.Config{Name: to.CA.Config, Path: to.CA.Folder}
	}
	if to.Password != nil {
		args.SecretEnv[database.PasswordEnv] = *to.Password
	}
	if to.Volume != nil {
		args.Volume = &workload.Volume{Claim: to.Volume.Claim, Path: to.Volume.Path}
	}
	for _, server := range to.Servers {
		for _, port := range to.Ports {
			args.Callees = append(args.Callees, workload.Callee{Peer: server, Port: port})
		}
	}
}

func app(service contract.Service, stack stacks.Stack, release release) kube.App {
	return kube.App{
		Name:        service.Name,
		Tier:        service.Tier,
		Environment: stack.Environment,
		Version:     release.images[service.Name].Version(),
	}
}

// pods selects every pod of a service, whatever its version.
func pods(service contract.Service) kube.Peer {
	return kube.Peer{Pods: kube.App{Name: service.Name}.Selector()}
}

// trustedNetworks is whose X-Forwarded-For the public service believes: the stack's own list, or the private networks
// where an ingress or a tunnel is the only way in. The address of whoever comes through a node port may be a private one,
// a node's or that of a machine nearby, so beside a node port only the stack's own list is believed.
func trustedNetworks(edge stacks.Edge) string {
	if len(edge.TrustedNetworks) > 0 {
		var networks []string
		for _, network := range edge.TrustedNetworks {
			networks = append(networks, network.String())
		}
		return strings.Join(networks, ",")
	}
	if edge.NodePort != 0 {
		return ""
	}
	return "private"
}

// memoryLimit is what of a pod's memory Go's runtime may use, in bytes. The rest is for what the runtime does not count:
// SQLite's own memory, stacks of the kernel, and the time that a collection takes.
func memoryLimit(memory stacks.MemoryRange) string {
	const percent = 80
	return strconv.FormatInt(int64(memory.Limit)/100*percent, 10)
}

func cpuRange(r stacks.CPURange) kube.Range {
	if r.Limit == 0 {
		return kube.Range{Request: r.Request.String()}
	}
	return kube.Range{Request: r.Request.String(), Limit: r.Limit.String()}
}

func memoryRange(r stacks.MemoryRange) kube.Range {
	return kube.Range{Request: r.Request.String(), Limit: r.Limit.String()}
}
