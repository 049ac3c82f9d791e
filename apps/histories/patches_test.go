package histories_test

import (
	"github.com/techcommerce/platform/apps/histories/internal/program"
)

// mutations are the faults.
func mutations() []mutation {
	small := plan{store: sqlite, replicas: 1, frontend: true}
	return []mutation{
		{
			name: "1 a rejection that releases nothing",
			patches: []program.Patch{{
				File: "apps/order-api/order/sqlstore/change.go",
				Old:  "if step.To.ReturnsStock() {", New: "if step.To == order.Cancelled {",
			}},
			find: inTest("apps/order-api/order", "TestFlow"),
		},
		{
			name: "3 an order without a key goes on without its client",
			patches: []program.Patch{{
				File: "apps/order-api/order/service.go",
				Old:  "return ctx.Err() != nil || ok && !time.Now().Before(deadline)", New: "return false && ok && time.Now().Before(deadline)",
			}, {
				File: "apps/order-api/order/process.go", Old: "InLease: o.Key == \"\"", New: "InLease: false",
			}, {
				File: "apps/order-api/order/service.go",
				Old:  "\tif keyed {\n\t\tctx = context.WithoutCancel(ctx)\n\t}\n\treturn context.WithTimeout(ctx, within)",
				New:  "\treturn context.WithTimeout(context.WithoutCancel(ctx), within+work)",
			}},
			// A real process that is stopped shows it only where its timers lose a race.
			find: inTest("apps/order-api/order", "TestAnOrderWithoutAKeyDiesWithItsCaller"),
		},
		{
			name: "4 the total that was shown is not the one that is charged",
			patches: []program.Patch{{
				File: "apps/order-api/inventory/client.go", Old: "if expected != nil {", New: "if false {",
			}, {
				File: "apps/order-api/order/process.go",
				Old:  "if o.Expected != nil && *o.Expected != total {", New: "if false {",
			}},
			find: inShop(small, priceMoves),
		},
		{
			name: "5 each view of the checkout makes a new key",
			patches: []program.Patch{{
				File: "apps/frontend/internal/web/checkout.go",
				Old:  "form := checkoutForm{Key: visit.Key, Items: visit.Cart}",
				New:  "form := checkoutForm{Key: rand.Text(), Items: visit.Cart}",
			}},
			find: inShop(small, answerLost),
		},
		{
			name: "11 a refusal of our own making ends an order",
			patches: []program.Patch{{
				File: "apps/order-api/inventory/refusal.go",
				Old:  "\tdefault:\n", New: "\tcase status == http.StatusBadRequest:\n\t\trefused.Kind = fault.Unprocessable\n\tdefault:\n",
			}},
			find: inTest("apps/order-api/inventory", "."),
		},
	}
}
