package histories_test

import (
	"slices"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/histories/internal/program"
)

// mutations are the faults, at least one for each of the list's numbers. The finder is the cheapest test that sees the
// fault; a whole shop is only opened for what no smaller test can see.
func mutations() []mutation {
	return slices.Concat(
		stockMutations(), answerMutations(), shopMutations(), guardMutations(), keyMutations(), recoveryMutations(),
	)
}

// stockMutations are those of stock that is lost or sold twice: faults 1, 7 and 8.
func stockMutations() []mutation {
	return []mutation{
		{
			name: "1 a rejection that releases nothing",
			patches: []program.Patch{{
				File: "apps/order-api/order/sqlstore/change.go",
				Old:  "if step.To.ReturnsStock() {", New: "if step.To == order.Cancelled {",
			}},
			find: inTest("apps/order-api/order", "TestEveryRejectionReleases"),
		},
		{
			name: "1 a shortage that outlives the attempt that saw it",
			patches: []program.Patch{{
				File: "apps/product-api/product/sqlstore/reserve.go",
				Old:  "\t\tif found.exists && found.Status != product.Expired {\n",
				New:  "\t\tif _, short := wanted.Allot(products); short == nil && found.exists && found.Status != product.Expired {\n",
			}, {
				File: "apps/product-api/product/sqlstore/reserve.go",
				Old:  "err != nil || outcome.found.exists && outcome.found.Status != product.Expired {", New: "err != nil {",
			}, {
				File: "apps/product-api/product/sqlstore/reserve.go",
				Old:  "err := s.refuse(ctx, wanted, refusal); !errors.Is(err, sql.ErrNoRows) {",
				New:  "err := s.refuse(ctx, wanted, refusal); err == nil || err != nil {",
			}, {
				File: "apps/product-api/product/sqlstore/reserve.go",
				Old:  "return product.Reservation{}, errors.Join(err, refusal)", New: "return product.Reservation{}, refusal",
			}},
			find: inTest("apps/product-api/product/sqlstore", "TestStore/reserves_once"),
		},
		{
			name: "7 a reader joins a load that began before its own write",
			patches: []program.Patch{{
				File: "apps/product-api/cache.go",
				Old:  "flight := strconv.FormatInt(writes, 10) +", New: "flight := strconv.Itoa(0) +",
			}},
			find: inTest("apps/product-api", "TestAReaderSeesItsOwnWrite"),
		},
		{
			name: "7 what a slow store brings counts as new",
			patches: []program.Patch{{
				File: "apps/product-api/cache.go", Old: "fresh.until = begun.Add(kept)", New: "fresh.until = time.Now().Add(kept)",
			}},
			find: inTest("apps/product-api", "TestAnAnswerAges"),
		},
		{
			name: "8 restocking writes the number that it has read",
			patches: []program.Patch{{
				File: "apps/product-api/product/sqlstore/once.go",
				Old:  "FROM products WHERE id = $1`+s.db.Locking(), id))", New: "FROM products WHERE id = $1`, id))",
			}},
			find: inTest("apps/product-api/product/sqlstore", "TestStore/adds_to_stock"),
		},
		{
			name: "8 a sale is an edit",
			patches: []program.Patch{{
				File: "apps/product-api/product/sqlstore/take.go",
				Old:  "SET stock = stock - quantity FROM", New: "SET stock = stock - quantity, version = version + 1 FROM",
			}},
			find: inTest("apps/product-api/product/sqlstore", "TestStore/leaves_the_edition_alone"),
		},
	}
}

// answerMutations are those of what a client is told, and of orders that go on without one: faults 2, 3 and 11.
func answerMutations() []mutation {
	return []mutation{
		{
			name: "2 a lost answer is taken for a failure",
			patches: []program.Patch{{
				File: "apps/order-api/order/process.go",
				Old:  "\t\treturn became, cause\n\t}\n\treturn became, nil\n", New: "\t}\n\treturn became, cause\n",
			}},
			find: inTest("apps/order-api/order", "TestAnswersWhatTheOrderBecame"),
		},
		{
			name: "2 a connection that is lost is a mistake of ours",
			patches: []program.Patch{{
				File: "apps/internal/database/connection.go",
				Old:  "if fault.As(err) == nil && !errors.As(err, &refused) &&",
				New:  "if fault.As(err) != nil && !errors.As(err, &refused) &&",
			}, {
				File: "apps/internal/database/errors.go",
				Old:  "errors.Is(err, net.ErrClosed) || errors.Is(err, sql.ErrConnDone)", New: "errors.Is(err, sql.ErrConnDone)",
			}},
			find: inTest("apps/internal/database", "TestALostAnswerIsUnavailable|TestAClosedConnectionIsUnavailable"),
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
			name: "3 no deadline travels with the request",
			patches: []program.Patch{{
				File: "apps/internal/deadline/deadline.go",
				Old:  "\tout.Set(header.RequestTimeout,", New: "\tout.Del(header.RequestTimeout) //",
			}},
			find: inTest("apps/internal/deadline", "TestDeadlineShrinksFromHopToHop"),
		},
		{
			name: "11 a refusal of our own making ends an order",
			patches: []program.Patch{{
				File: "apps/order-api/inventory/refusal.go",
				Old:  "\tdefault:\n", New: "\tcase status == http.StatusBadRequest:\n\t\trefused.Kind = fault.Unprocessable\n\tdefault:\n",
			}},
			find: inTest("apps/order-api/inventory", "TestOnlyAWordOnTheOrderIsFinal"),
		},
	}
}

// shopMutations are those that only a shop of real processes shows: faults 3, 4 and 5.
func shopMutations() []mutation {
	small := plan{store: sqlite, replicas: 1, frontend: true}
	return []mutation{
		{
			name: "3 a slow store outlasts the drain",
			patches: []program.Patch{{
				File: "apps/order-api/order/service.go",
				Old:  "work = 7 * time.Second", New: "work = 70 * time.Second",
			}},
			// The second round trip ends after the drain, which begins with the end of the first. Statements must not time
			// out before; and without the fault the work is over in time.
			find: inShop(plan{store: postgres, replicas: 1, env: map[string]string{
				contract.EnvDatabaseTimeout: "60s", contract.EnvDrainTimeout: "5s",
			}}, func(s *shop) []string { return endsWhilePlacing(s, 6*time.Second) }),
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
	}
}

// guardMutations are those of fault 6: what hangs takes what else there is with it.
func guardMutations() []mutation {
	return []mutation{
		{
			name: "6 hanging orders take every place",
			patches: []program.Patch{{
				File: "apps/internal/rest/guard.go",
				Old:  "func share(most int) int { return max(most*3/4, 1) }", New: "func share(most int) int { return most }",
			}},
			find: inTest("apps/internal/service", "TestReadsAndWritesLeaveEachOtherRoom"),
		},
		{
			name: "6 one breaker serves all routes of a backend",
			patches: []program.Patch{{
				File: "apps/frontend/internal/backend/transport.go",
				Old:  "return t[classOf(r)].send(r)", New: "return t[classes[0].name].send(r)",
			}},
			find: inTest("apps/frontend/internal/backend", "TestBreakersAreOnePerClass"),
		},
		{
			name: "6 no breaker around product-api",
			patches: []program.Patch{{
				File: "apps/order-api/inventory/breaker.go",
				Old:  "c.ConsecutiveFailures >= tripAfter", New: "c.ConsecutiveFailures >= 1000*tripAfter",
			}},
			find: inTest("apps/order-api/inventory", "TestBreaker"),
		},
	}
}

// keyMutations are those of fault 12: keys that stand for too much or for nothing.
func keyMutations() []mutation {
	return []mutation{
		{
			name: "12 keys are one name space for all",
			patches: []program.Patch{{
				File: "apps/order-api/order/sqlstore/insert.go",
				Old:  "WHERE (key_scope = $1 AND client_key = $2)", New: "WHERE ($1 = $1 AND client_key = $2)",
			}},
			find: inTest("apps/order-api/order/sqlstore", "TestStore/keeps_keys_apart"),
		},
		{
			name: "12 products ignore the key",
			patches: []program.Patch{{
				File: "apps/product-api/product/sqlstore/once.go",
				Old:  "if once.Key == \"\" {", New: "if true {",
			}},
			find: inTest("apps/product-api/product/sqlstore", "TestStore/does_once"),
		},
	}
}

// recoveryMutations are those of what comes after trouble: faults 9, 10 and 13.
func recoveryMutations() []mutation {
	return []mutation{
		{
			name: "9 a row that cannot be read stops all others",
			patches: []program.Patch{{
				File: "apps/order-api/order/sqlstore/row.go",
				Old:  "\treturn r.decode(), nil\n", New: "\to := r.decode()\n\treturn o, o.Damaged\n",
			}},
			find: inTest("apps/order-api/order/sqlstore", "TestStore/survives"),
		},
		{
			name: "9 orders are resumed one after the other",
			patches: []program.Patch{{
				File: "apps/order-api/resumer.go", Old: "const workers = 8", New: "const workers = 1",
			}},
			find: inTest("apps/order-api", "TestWhatHangs"),
		},
		{
			name: "9 orders are claimed before anybody can work on them",
			patches: []program.Patch{{
				File: "apps/order-api/resumer.go", Old: "claimed := r.claim(ctx, idle)", New: "claimed := r.claim(ctx, 100)",
			}, {
				File: "apps/order-api/resumer.go",
				Old:  "\t\t\tidle--\n\t\t\tall.Go(func() {\n\t\t\t\tr.resume(ctx, o)\n\t\t\t\tdone <- struct{}{}\n\t\t\t})\n",
				New:  "\t\t\tr.resume(ctx, o)\n",
			}},
			find: inTest("apps/order-api", "TestWhatHangs"),
		},
		{
			name: "9 the clock of each replica says whose lease is over",
			patches: []program.Patch{{
				File: "apps/order-api/order/sqlstore/store.go",
				Old:  "return &Store{db: db, now: func() string { return \"(SELECT \" + db.Now() + \")\" }}", New: "return NewAt(db, time.Now)",
			}},
			find: inShop(plan{store: postgres, replicas: 2}, clockAhead),
		},
		{
			name: "9 an order stays pending for ever",
			patches: []program.Patch{{
				File: "apps/order-api/order/resume.go",
				Old:  "case claimed.Age >= s.MaxAge:", New: "case claimed.Age < 0:",
			}},
			find: inTest("apps/order-api/order", "TestGivesUpWhatIsPendingForTooLong"),
		},
		{
			name: "10 a confirmed order without a reservation is not found",
			patches: []program.Patch{{
				File: "apps/order-api/order/reconcile.go",
				Old:  "[maphash.String(r.seed, o.Reservation)]; ok {", New: "[maphash.String(r.seed, o.Reservation)]; ok || true {",
			}},
			find: inTest("apps/order-api/order", "TestReconcileAfterProductsWereRestored"),
		},
		{
			name: "10 products are dumped before orders",
			patches: []program.Patch{{
				File: "apps/contract/contract.go",
				Old:  "range slices.Backward(Services()) {", New: "range slices.All(Services()) {",
			}},
			find: inTest("apps/histories", "TestARestoreSellsNothingTwice"),
		},
		{
			name: "13 a migration may take no longer than a statement",
			patches: []program.Patch{{
				File: "apps/internal/database/migrate.go",
				Old:  "boundSession(config, 0, db.timeout)", New: "boundSession(config, db.timeout, db.timeout)",
			}},
			find: inTest("apps/internal/database", "TestMigrateTakesAsLongAsItTakes"),
		},
		{
			name: "13 connections to the old primary are kept",
			patches: []program.Patch{{
				File: "apps/internal/database/connection.go",
				Old:  "if isReadOnly(err) {", New: "if false {",
			}},
			find: inTest("apps/internal/database", "TestFailover"),
		},
		{
			name: "13 a migration meets what a newer release has left",
			patches: []program.Patch{{
				File: "apps/order-api/order/sqlstore/migrations/postgres/00003_reconciliation.sql",
				Old:  "DROP TABLE IF EXISTS schedules;\n", New: "",
			}},
			find: inTest("apps/order-api/order/sqlstore", "TestAnOlderBackupIsRestored"),
		},
	}
}
