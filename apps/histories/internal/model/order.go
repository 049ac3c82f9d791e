package model

import (
	"slices"

	"github.com/anishathalye/porcupine"
)

// shown is an order as one answer shows it: nothing of it yet ("absent"), or its status.
type shown struct {
	Status string
	Who    string
}

// orderModel is how one order behaves: it comes into being once and goes through its statuses in one direction only.
// What the shop does with it on its own is seen only in answers, so between two of them it may have gone on.
func orderModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return "absent" },
		Step: func(state, input, _ any) (bool, any) {
			from, to := state.(string), input.(shown).Status //nolint:forcetypeassert // nothing else is put in
			return reachable(from, to), to
		},
		DescribeOperation: func(input, _ any) string {
			s := input.(shown) //nolint:forcetypeassert // likewise
			return s.Who + ": " + s.Status
		},
	}
}

// reachable tells whether an order can come from one status to another, on whatever way.
func reachable(from, to string) bool {
	onward := map[string][]string{
		"absent":    {"pending", "confirmed", "rejected", "cancelled"},
		"pending":   {"confirmed", "rejected", "cancelled"},
		"confirmed": {"cancelled"},
	}
	return from == to || slices.Contains(onward[from], to)
}
