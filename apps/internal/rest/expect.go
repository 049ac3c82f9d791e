package rest

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/internal/telemetry"
)

// ExpectErrors begins the counters of failed requests at zero, for each route and method of a router. A counter that
// begins with the first error begins at one: Prometheus, which looks at differences, would never see that error.
func ExpectErrors(router *mux.Router, requests *telemetry.Requests) {
	_ = router.Walk( // fails only with an error of this function, which has none
		func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
			template, err := route.GetPathTemplate()
			if err != nil {
				return nil // a route without a path has no label
			}
			methods, err := route.GetMethods()
			if err != nil {
				methods = []string{http.MethodGet} // any method: the usual one
			}
			for _, method := range methods {
				requests.Expect(method, template)
			}
			return nil
		})
}
