package main

import (
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// TestSettingsNamesWhatCannotBeKept wants every problem at once.
func TestSettingsNamesWhatCannotBeKept(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		contract.EnvDatabaseURL: "sqlite:///data/orders.db", contract.EnvProductAPIURL: "http://products",
		contract.EnvReservationKey: "key",
	}
	if _, err := readSettings(func(name string) string { return good[name] }); err != nil {
		t.Errorf("the least that is needed: %v", err)
	}
	bad := map[string]string{contract.EnvPendingOrderAge: "0s", contract.EnvIdempotencyRetention: "59m"}
	bad[contract.EnvOrderRetention], bad[contract.EnvRejectedRetention] = "1h", "167h"
	bad[contract.EnvAuditRetention] = "23h"
	_, err := readSettings(func(name string) string { return bad[name] + good[name] })
	for _, want := range []string{contract.EnvPendingOrderAge, contract.EnvIdempotencyRetention} {
		if err == nil || !strings.Contains(err.Error(), want+": must be at least 1h0m0s") {
			t.Errorf("readSettings = %v, want it to name %s", err, want)
		}
	}
	if want := contract.EnvAuditRetention + ": must be at least 24h0m0s, or 0s for good"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("readSettings = %v, want %s", err, want)
	}
	for _, want := range []string{contract.EnvOrderRetention, contract.EnvRejectedRetention} {
		if err == nil || !strings.Contains(err.Error(), want+": must be at least 168h0m0s, or 0s for good") {
			t.Errorf("readSettings = %v, want it to name %s", err, want)
		}
	}
}
