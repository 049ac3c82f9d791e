package stacks_test

import "testing"

// TestAlertsThatNobodyHears proves that a stack whose alerts are told to nobody says so, and one that tells somebody does
// not.
func TestAlertsThatNobodyHears(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, receivers string
		off             bool
	}{
		{"no receiver", "{}", true},
		{"a webhook", `{webhook: {url: "http://hook.example.com"}, networks: [10.0.0.0/8]}`, false},
	} {
		stack := mustDecode(t, "x", minimal+"  techcommerce:monitoring: {alertmanager: {receivers: "+test.receivers+"}}\n")
		if said := stack.Off()["alert receivers"]; (said != "") != test.off {
			t.Errorf("%s: the output says %q", test.name, said)
		}
	}
}
