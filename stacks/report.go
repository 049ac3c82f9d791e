package stacks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
)

// Hash identifies the settings, without the secrets: two stacks with the same hash are declared alike.
func (s Stack) Hash() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("stacks: settings that were decoded from text have a text: %v", err))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// Off says what the stack does without, and which setting would change that.
func (s Stack) Off() map[string]string {
	off := map[string]string{}
	switch {
	case s.Edge.NodePort == 0:
		off["nodePort"] = "edge.nodePort is not set"
	case s.Edge.NodeHost == "":
		off["address of the nodes"] = "edge.nodeHost is not set, so no address of a node port is shown"
	}
	if s.Edge.Ingress == nil {
		off["ingress"] = "edge.ingress is not set"
	}
	if s.Edge.Gateway == nil {
		off["gateway"] = "edge.gateway is not set"
	}
	if s.Edge.Tunnel == nil {
		off["tunnel"] = "edge.tunnel is not set"
	}
	if p := s.Database.Postgres; p == nil {
		off["backup"] = "database.postgres is not set, so the data is not ours to dump"
	} else if p.Backup == nil {
		off["backup"] = "database.postgres.backup is not set"
	}
	if s.Datadog == nil {
		off["datadog"] = "datadog is not set"
	} else if !s.DatadogOn() {
		off["datadog"] = DatadogAPIKey + " and " + DatadogAppKey + " are not set"
	}
	if !s.ToldNews() {
		off["deployment news"] = NewsWebhookURL + " and " + NewsSlackURL + " are not set, nor is Datadog on"
	}
	if len(s.Webhooks) == 0 {
		off["webhooks"] = "webhooks is not set: nobody is sent the changes of orders"
	}
	if s.Traces == nil && !s.DatadogOn() {
		off["traces"] = "traces is not set, nor is Datadog on"
	}
	maps.Copy(off, s.monitoringOff())
	if !s.Protected {
		off["protection"] = "protected is not set: pulumi destroy deletes the data"
	}
	for name, service := range s.Services {
		if service.Autoscale == nil {
			off["autoscale "+name] = "services." + name + ".autoscale is not set"
		}
	}
	return off
}
