// Package model decides whether a recorded history of the shop could have happened, had everything happened one after
// the other: each call at some moment between its start and its answer. It knows how stock and orders behave, and
// nothing of how the services make them behave so.
//
// Products are in small groups that no order crosses, so each group is checked by itself, and each order too.
package model
