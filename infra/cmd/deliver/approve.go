package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/review"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
)

// pulumiStack is the stack in one checkout.
type pulumiStack = stack.Stack

// approve shows what is about to happen, by risk, and stops at what is dangerous and nobody has allowed.
func (o *operation) approve(ctx context.Context, s pulumiStack, refresh bool, labels []string) (review.Report, error) {
	o.progress("pulumi preview; the program is compiled first if it has changed")
	report, err := o.report(ctx, s, refresh, labels)
	if err != nil {
		return report, err
	}
	fmt.Fprint(o.out, report.Text())
	return report, report.Err()
}

// report judges what an update would do.
func (o *operation) report(ctx context.Context, s pulumiStack, refresh bool, labels []string) (review.Report, error) {
	var flags []string
	if refresh {
		flags = append(flags, "--refresh")
	}
	text, err := s.Preview(ctx, flags...)
	if err != nil {
		return review.Report{}, err
	}
	return review.New(o.stack.Name, labels, bytes.NewReader(text))
}
