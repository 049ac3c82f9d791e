// Package histories proves what is promised of orders, the way in which stores are proven: real processes are used by
// many at once while they are killed, stopped, cut off from each other and given wrong clocks; every call is recorded,
// and a checker holds the recording against a model of stock and orders (internal/model), and what is in the databases
// in the end against what customers were told (internal/books). Beside that, each way in which an order was once lost,
// doubled or charged wrongly is walked again by itself, and faults are put back (internal/program) that must be found.
//
// make test-histories runs it, make drill-orders DURATION=30m for as long as is wanted.
package histories
