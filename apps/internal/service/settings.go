// Package service is the life of one HTTP service: settings, logger, metrics, traces, health, a router with everything
// that a request passes through, and the two listeners from start to drained end. It knows no domain.
package service

import (
	"log/slog"
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
	Environment     string
	Version         string
	DrainDelay      time.Duration
	DrainTimeout    time.Duration
	MaxConnections  int
	WriteRate       int
	TrustedProxies  int
	OTLPEndpoint    string
}

// ReadSettings reads the settings of one service. The reader collects what is wrong with them.
func ReadSettings(env *environ.Reader, service contract.Service) Settings {
	return Settings{
		Service:         service,
		ListenAddress:   env.Text(contract.EnvListenAddress, ":"+strconv.Itoa(service.Port)),
		InternalAddress: env.Text(contract.EnvInternalAddress, ":"+strconv.Itoa(contract.InternalPort)),
		LogLevel:        env.Level(contract.EnvLogLevel, slog.LevelInfo),
		Environment:     env.Text(contract.EnvEnvironment, "local"),
		Version:         env.Text(contract.EnvVersion, "dev"),
		DrainDelay:      env.Duration(contract.EnvDrainDelay, 5*time.Second),
		DrainTimeout:    env.Duration(contract.EnvDrainTimeout, 15*time.Second),
		MaxConnections:  env.Int(contract.EnvMaxConnections, 100, 1, 100_000),
		WriteRate:       env.Int(contract.EnvWriteRate, 20, 1, 1_000_000),
		TrustedProxies:  env.Int(contract.EnvTrustedProxies, defaultProxies(service), 0, 10),
		OTLPEndpoint:    strings.TrimRight(env.Text(contract.EnvOTLPEndpoint, ""), "/"),
	}
}

// defaultProxies is 1 for a service that other services call: the frontend stands before it.
func defaultProxies(service contract.Service) int {
	if service.Name == contract.Frontend.Name {
		return 0
	}
	return 1
}
