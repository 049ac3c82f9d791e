// Package service is the life of one HTTP service: settings, logger, metrics, traces, health, a router with everything
// that a request passes through, and the two listeners from start to drained end. It knows no domain.
package service

import (
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/environ"
)

// Settings are what every service reads from its environment.
type Settings struct {
	Service         contract.Service
	ListenAddress   string
	InternalAddress string
	LogLevel        slog.Level
	// LogReads is of how many successful reads one is logged.
	LogReads       int
	Environment    string
	Version        string
	DrainDelay     time.Duration
	DrainTimeout   time.Duration
	ConnectionAge  time.Duration
	MaxConnections int
	// OpenConnections bounds the connections that clients keep, and ConnectionsPerClient those of one.
	OpenConnections, ConnectionsPerClient int
	// RequestsPerClient bounds the reads, and the writes, of one client that are under way.
	RequestsPerClient int
	WriteRate         int
	TrustedNetworks   []netip.Prefix
	// TrustedProxies is the older way to tell the client, 0 where TrustedNetworks says it.
	TrustedProxies int
	OTLPEndpoint   string
}

// ReadSettings reads the settings of one service. The reader collects what is wrong with them.
func ReadSettings(env *environ.Reader, service contract.Service) Settings {
	s := Settings{
		Service:         service,
		ListenAddress:   env.Text(contract.EnvListenAddress, ":"+strconv.Itoa(service.Port)),
		InternalAddress: env.Text(contract.EnvInternalAddress, ":"+strconv.Itoa(contract.InternalPort)),
		LogLevel:        env.Level(contract.EnvLogLevel, slog.LevelInfo),
		LogReads:        env.Int(contract.EnvLogReads, 1, 1, 1_000_000),
		Environment:     env.Text(contract.EnvEnvironment, "local"),
		Version:         env.Text(contract.EnvVersion, "dev"),
		DrainDelay:      env.Duration(contract.EnvDrainDelay, 5*time.Second),
		DrainTimeout:    env.Duration(contract.EnvDrainTimeout, 15*time.Second),
		ConnectionAge:   env.Duration(contract.EnvConnectionAge, 5*time.Second),
		MaxConnections:  env.Int(contract.EnvMaxConnections, 100, 1, 100_000),
		WriteRate:       env.Int(contract.EnvWriteRate, 20, 1, 1_000_000),
		TrustedNetworks: env.Networks(contract.EnvTrustedNetworks, defaultNetworks(env, service)),
		TrustedProxies:  trustedProxies(env),
		OTLPEndpoint:    strings.TrimRight(env.Text(contract.EnvOTLPEndpoint, ""), "/"),
		OpenConnections: env.Int(contract.EnvOpenConnections, 1000, 1, 1_000_000),
	}
	s.ConnectionsPerClient = env.Int(contract.EnvConnectionsPerClient, max(s.OpenConnections/4, 1), 1, 1_000_000)
	s.RequestsPerClient = env.Int(contract.EnvRequestsPerClient, max(s.MaxConnections/4, leastShare), 1, 100_000)
	return s
}

// leastShare is how many requests one client may have under way however small the service is: what two browsers open.
const leastShare = 12

// defaultNetworks is where a service that other services call has its callers: the frontend stands before it. Whoever
// counts proxies, even to none, has said whom to believe.
func defaultNetworks(env *environ.Reader, service contract.Service) string {
	if service.Name == contract.Frontend.Name || env.Text(contract.EnvTrustedProxies, "") != "" {
		return ""
	}
	return "private"
}

// trustedProxies is 0 where the networks are set: they say more.
func trustedProxies(env *environ.Reader) int {
	proxies := env.Int(contract.EnvTrustedProxies, 0, 0, 10)
	if env.Text(contract.EnvTrustedNetworks, "") != "" {
		return 0
	}
	return proxies
}
