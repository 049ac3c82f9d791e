package edge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/infra/internal/kube"
)

func TestTunnelConfig(t *testing.T) {
	t.Parallel()
	frontend := Target{App: kube.App{Name: "frontend"}, Host: "frontend-service", Port: 3000, URL: "https://shop.ngrok.app"}
	orders := Target{App: kube.App{Name: "order-api"}, Host: "order-api-service", Port: 5004}
	const head = `version: 3
agent:
    console_ui: false
    log_level: info
    log_format: json
    log: stdout
    update_check: false
    web_addr: 127.0.0.1:4040
endpoints:
`
	for _, test := range []struct {
		name   string
		tunnel Tunnel
		want   string
	}{
		{"asks for a password at every endpoint", Tunnel{
			Targets: []Target{frontend, orders}, Guard: Guard{BasicAuth: "ada:correct-horse"},
		}, `    - name: frontend
      url: https://shop.ngrok.app
      upstream:
        url: http://frontend-service:3000
      traffic_policy:
        on_http_request:
            - actions:
                - type: basic-auth
                  config:
                    credentials:
                        - ada:correct-horse
                    realm: shop
    - name: order-api
      upstream:
        url: http://order-api-service:5004
      traffic_policy:
        on_http_request:
            - actions:
                - type: basic-auth
                  config:
                    credentials:
                        - ada:correct-horse
                    realm: shop
`},
		{"asks an identity provider, and turns strangers away", Tunnel{
			Targets: []Target{orders},
			Guard:   Guard{OAuth: &OAuth{Provider: "google", Emails: []string{"a@b.c"}, Domains: []string{"d.e"}}},
		}, `    - name: order-api
      upstream:
        url: http://order-api-service:5004
      traffic_policy:
        on_http_request:
            - actions:
                - type: oauth
                  config:
                    provider: google
            - expressions:
                - '!(actions.ngrok.oauth.identity.email == ''a@b.c'' || actions.ngrok.oauth.identity.email.endsWith(''@d.e''))'
              actions:
                - type: deny
`},
		{"lets everybody in where that is meant", Tunnel{Targets: []Target{orders}}, `    - name: order-api
      upstream:
        url: http://order-api-service:5004
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := tunnelConfig(test.tunnel)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+test.want, string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
