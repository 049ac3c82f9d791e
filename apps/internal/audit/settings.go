package audit

import (
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/environ"
)

// leastKept is the least that an audit log is of use for.
const leastKept = 24 * time.Hour

// ReadKept reads how long the log is kept; 0 is for good.
func ReadKept(env *environ.Reader) time.Duration {
	kept := env.Duration(contract.EnvAuditRetention, 365*24*time.Hour)
	if kept > 0 && kept < leastKept {
		env.Problem(contract.EnvAuditRetention, "must be at least "+leastKept.String()+", or 0s for good")
	}
	return kept
}
