//go:build !lean

package datadog

import (
	"encoding/json"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// dashboard is the stack's dashboard, once the ids of its objectives are known.
func (a Args) dashboard(all declared) *sdk.DashboardJsonArgs {
	var ids pulumi.StringArray
	for _, name := range []string{ordersObjective, catalogueObjective, shopObjective} {
		if objective := all.objectives[name]; objective != nil {
			ids = append(ids, objective.ID().ToStringOutput())
		}
	}
	text := ids.ToStringArrayOutput().ApplyT(func(ids []string) (string, error) {
		text, err := json.Marshal(a.board(ids))
		return string(text), err
	}).(pulumi.StringOutput)
	return &sdk.DashboardJsonArgs{Dashboard: text}
}
