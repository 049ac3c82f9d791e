//go:build !lean

package datadog

import (
	"strconv"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func objectiveArgs(p plannedObjective, all declared) *sdk.ServiceLevelObjectiveArgs {
	o := p.objective
	args := &sdk.ServiceLevelObjectiveArgs{
		Name: pulumi.String(o.Name), Type: pulumi.String(o.Type()), Description: pulumi.String(o.Description),
		Tags: pulumi.ToStringArray(o.Tags), Timeframe: pulumi.String(period), Thresholds: targetArgs(p),
	}
	for _, t := range o.Targets {
		if t.Period == period {
			args.TargetThreshold, args.WarningThreshold = pulumi.Float64(t.Percent), pulumi.Float64(t.Warning)
		}
	}
	if o.Count != nil {
		args.Query = &sdk.ServiceLevelObjectiveQueryArgs{
			Numerator: pulumi.String(o.Count.Good), Denominator: pulumi.String(o.Count.Total),
		}
	}
	if o.Slice != nil {
		args.SliSpecification = sliceArgs(p)
	}
	if o.Monitored != nil {
		var ids pulumi.StringArray
		for _, name := range p.of {
			ids = append(ids, all.monitors[name].ID().ToStringOutput())
		}
		args.MonitorIds = numbers(ids)
		if len(o.Monitored.Groups) > 0 {
			args.Groups = pulumi.ToStringArray(o.Monitored.Groups)
		}
		// The provider would look each monitor up by the id in the state, before a refresh or an update has had the chance to
		// find that somebody deleted it: every command would fail once.
		args.Validate = pulumi.Bool(false)
	}
	return args
}

func targetArgs(p plannedObjective) sdk.ServiceLevelObjectiveThresholdArray {
	var list sdk.ServiceLevelObjectiveThresholdArray
	for _, t := range p.objective.Targets {
		list = append(list, &sdk.ServiceLevelObjectiveThresholdArgs{
			Timeframe: pulumi.String(t.Period), Target: pulumi.Float64(t.Percent), Warning: pulumi.Float64(t.Warning),
		})
	}
	return list
}

func sliceArgs(p plannedObjective) *sdk.ServiceLevelObjectiveSliSpecificationArgs {
	s := p.objective.Slice
	query := &sdk.ServiceLevelObjectiveSliSpecificationTimeSliceQueryQueryArgs{
		MetricQuery: &sdk.ServiceLevelObjectiveSliSpecificationTimeSliceQueryQueryMetricQueryArgs{
			Name: pulumi.String("q1"), Query: pulumi.String(s.Query),
		},
	}
	return &sdk.ServiceLevelObjectiveSliSpecificationArgs{
		TimeSlice: &sdk.ServiceLevelObjectiveSliSpecificationTimeSliceArgs{
			Comparator: pulumi.String("<"), Threshold: pulumi.Float64(s.Limit), QueryIntervalSeconds: pulumi.Int(s.Seconds),
			Query: &sdk.ServiceLevelObjectiveSliSpecificationTimeSliceQueryArgs{
				Formula: &sdk.ServiceLevelObjectiveSliSpecificationTimeSliceQueryFormulaArgs{
					FormulaExpression: pulumi.String("q1"),
				},
				Queries: sdk.ServiceLevelObjectiveSliSpecificationTimeSliceQueryQueryArray{query},
			},
		},
	}
}

// numbers are ids of monitors as objectives want them.
func numbers(ids pulumi.StringArray) pulumi.IntArrayInput {
	return ids.ToStringArrayOutput().ApplyT(func(texts []string) ([]int, error) {
		var list []int
		for _, text := range texts {
			id, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			list = append(list, id)
		}
		return list, nil
	}).(pulumi.IntArrayOutput)
}
