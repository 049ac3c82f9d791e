package service

import (
	"net/http"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/health"
	"github.com/techcommerce/platform/apps/internal/rest"
)

type probeAnswer struct {
	Status  string            `json:"status"`
	Service string            `json:"service"`
	Checks  map[string]string `json:"checks,omitempty"`
}

func (s *Service) healthy(w http.ResponseWriter, r *http.Request) {
	rest.Write(w, r, http.StatusOK, probeAnswer{Status: "healthy", Service: s.Settings.Service.Name})
}

// ready names the checks that fail, also those that do not make the service unready. What a fault says may be seen; the
// text of any other error is for the log.
func (s *Service) ready(w http.ResponseWriter, r *http.Request) {
	answer := probeAnswer{Status: "ready", Service: s.Settings.Service.Name, Checks: map[string]string{}}
	ready := true
	for name, err := range s.Health.Problems(r.Context()) {
		ready = ready && !health.Blocks(err)
		answer.Checks[name] = "failing"
		if known := fault.As(err); known != nil {
			answer.Checks[name] = known.Message
		}
		rest.Note(r.Context(), err)
	}
	w.Header().Set("Cache-Control", "no-store")
	if !ready {
		answer.Status = "unready"
		rest.Write(w, r, http.StatusServiceUnavailable, answer)
		return
	}
	rest.Write(w, r, http.StatusOK, answer)
}
