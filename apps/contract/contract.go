// Package contract holds what the services and the program that deploys them must agree on: names, ports, paths,
// environment variables and metric names. Each is written once, here, and everything else is derived from it.
//
// It knows nothing of HTTP handlers, Kubernetes or Pulumi, and imports nothing but the standard library.
package contract

import (
	"slices"
	"strconv"
	"time"
)

// Service is one of the shop's HTTP services as its callers and its operators see it.
type Service struct {
	// Name is the service's name everywhere: binary, image, Deployment, metric label, Datadog service tag.
	Name string
	// Title is what a person reads, for example in the answer of GET /.
	Title string
	// Port is where the service's public routes listen: container port and Service port are this one number.
	Port int
	// Tier is the value of the label "tier".
	Tier string
	// Calls names the services that this one sends requests to, by the environment variable that carries the
	// callee's base URL. Network policies and the variables' values are derived from it.
	Calls []Call
	// Stores says that the service keeps data of its own, at EnvDatabaseURL.
	Stores bool
	// Keys names the environment variables that carry keys: random text that the platform makes. Services that name
	// the same variable get the same key.
	Keys []string
}

// Call is one edge of the graph of who calls whom.
type Call struct {
	// Service is the callee's name.
	Service string
	// Env is the caller's environment variable that holds the callee's base URL.
	Env string
}

// Host is the DNS name that callers in the same namespace use.
func (s Service) Host() string { return s.Name + "-service" }

// URL is the base URL that callers in the same namespace use, without a trailing slash.
func (s Service) URL() string { return "http://" + s.Host() + ":" + strconv.Itoa(s.Port) }

// The shop's services.
var (
	ProductAPI = Service{Name: "product-api", Title: "Product API", Port: 5003, Tier: "backend", Stores: true,
		Keys: []string{EnvAdminAPIKey, EnvReservationKey},
	}

	OrderAPI = Service{Name: "order-api", Title: "Order API", Port: 5004, Tier: "backend", Stores: true,
		Keys: []string{EnvAdminAPIKey, EnvReservationKey},
		Calls: []Call{
			{Service: "product-api", Env: EnvProductAPIURL},
		},
	}

	Frontend = Service{Name: "frontend", Title: "Frontend", Port: 3000, Tier: "frontend",
		Keys: []string{EnvSessionKey},
		Calls: []Call{
			{Service: "product-api", Env: EnvProductAPIURL},
			{Service: "order-api", Env: EnvOrderAPIURL},
		},
	}
)

// Services lists the shop's services, callees first.
func Services() []Service { return []Service{ProductAPI, OrderAPI, Frontend} }

// DumpOrder lists the services that keep data in the order in which a backup dumps their databases, one after the other:
// each before those that it calls. So the stock of every order in a backup is reserved in it too. The other way round, an
// order placed in between would be restored without its stock, which would be sold twice.
func DumpOrder() (list []Service) {
	for _, service := range slices.Backward(Services()) {
		if service.Stores {
			list = append(list, service)
		}
	}
	return list
}

// InternalPort serves metrics and pprof. It is never part of a Service, an Ingress or a tunnel.
const InternalPort = 9090

// Paths that every service answers. MetricsPath is on InternalPort, the others on the service's own port.
const (
	HealthPath  = "/health"
	ReadyPath   = "/ready"
	MetricsPath = "/metrics"
)

// IsProbe says whether a path is one that the kubelet asks: no customer's request.
func IsProbe(path string) bool { return path == HealthPath || path == ReadyPath }

// CompatibleMigration marks a schema migration's file with which releases that do not know it work on.
const CompatibleMigration = "-- +compatible"

// Brand is in the title of every page of the shop: whoever asks from outside knows by it that the answer is the shop's.
const Brand = "TechCommerce"

// DescriptionPath is where the APIs describe themselves in OpenAPI.
const DescriptionPath = "/openapi.yaml"

// UID is the user and group that every container of ours runs as.
const UID = 1001

// What order-api asks of product-api about stock, on product-api's own port: PUT, POST …/confirm and DELETE on
// ReservationsPath/{id}, and GET on ReservationsPath for a reconciliation, with EnvReservationKey's value as bearer
// token. The frontend does not pass these on.
//
// PUT …?confirm=true reserves and confirms in one step; ExpectedTotalHeader has it refused with 409 unless the items
// cost just so much. A product-api of a release that knows neither answers "held", and is then asked to confirm.
const (
	ReservationsPath   = "/internal/reservations"
	ReservationConfirm = "/confirm"
	// ReservationConfirmQuery is the name of the query parameter.
	ReservationConfirmQuery = "confirm"
	// ExpectedTotalHeader carries the total that the customer was shown, in cents.
	ExpectedTotalHeader = "Expected-Total"
)

// ReservationLifetime is how long stock stays reserved for an order that never confirms. It is far longer than an
// order takes, and short enough that what a crash left behind is soon on sale again.
const ReservationLifetime = 10 * time.Minute
