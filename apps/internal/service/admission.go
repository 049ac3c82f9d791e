package service

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/throttle"
)

// admit puts what a request must get before it is worked on directly before the handler of each route, behind all of the
// router's own middleware: who is limited in their rate has sent no body then, and whoever is sent away is counted by
// route. Probes need nothing.
func (s *Service) admit() {
	places := rest.LimitConcurrency(s.Settings.MaxConnections)
	receive := rest.Receive(bodies)
	fair := s.fair()
	_ = s.Router.Walk( // fails only with an error of this function, which has none
		func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
			template, _ := route.GetPathTemplate() // a route without a path is no probe
			handler := route.GetHandler()
			if handler == nil || contract.IsProbe(template) {
				return nil
			}
			route.Handler(fair(receive(places(handler))))
			return nil
		})
}

// fair bounds the reads and the writes that one client may have under way, from a request's head to the last byte of its
// answer. Only the service that clients reach does so; the others are called by it, for
// everybody.
func (s *Service) fair() func(http.Handler) http.Handler {
	if s.Settings.Service.Name != contract.Frontend.Name {
		return func(next http.Handler) http.Handler { return next }
	}
	return throttle.UnderWay(s.Settings.RequestsPerClient, s.clients)
}
