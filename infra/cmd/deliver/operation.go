package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/lease"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/running"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/stacks"
)

// The limits of an operation. A workflow's own time limit is longer than all of them together: a test holds it to that.
const (
	// waitLimit is how long to wait for another deployment of the stack to end.
	waitLimit = 10 * time.Minute
	// forwardLimit bounds a deployment or a rollback by hand, rollbackLimit the rollback of one that failed.
	forwardLimit, rollbackLimit = 35 * time.Minute, 20 * time.Minute
	// reportLimit is how long finding out what runs, and saying it, may take once an operation was interrupted.
	reportLimit = 45 * time.Second
	// longest is what an operation may take in all.
	longest = waitLimit + backupLimit + canaryLimit + forwardLimit + rollbackLimit + reportLimit
)

// leaseLife is how long a deployment that is gone keeps others waiting.
const leaseLife = time.Minute

// operation is one deployment or rollback, with what was there when it began.
type operation struct {
	job
	settings stacks.Stack
	client   api.Client
	// records are the releases that the stack remembers, newest first.
	records []releases.Record
	state   stack.State
	running running.State
	started time.Time
	// canary says that this deployment has started one.
	canary bool
	unlock func()
}

// begin finds out all that can be known before anything is touched, and keeps other deployments of the stack away until
// end is called.
func (j job) begin(ctx context.Context, what string) (*operation, error) {
	o := &operation{job: j, started: time.Now(), unlock: func() {}}
	if err := j.checkAddress(); err != nil {
		return nil, err
	}
	if err := o.open(ctx); err != nil {
		return nil, err
	}
	if abandoned := j.stack.Abandoned(os.Getenv); abandoned != nil {
		return nil, abandoned
	}
	var err error
	o.unlock, err = lease.Lock{
		Client: o.client, Namespace: o.settings.Namespace, Out: j.out, Wait: j.stack.Wait, Life: leaseLife,
		Holder: fmt.Sprintf("%s by %s since %s", what, j.by, time.Now().UTC().Format(time.TimeOnly+" MST")),
	}.Take(ctx)
	if err != nil {
		return nil, err
	}
	if err := o.read(ctx); err != nil {
		o.unlock()
		return nil, err
	}
	return o, nil
}

// open reads the stack's settings and connects to its cluster.
func (o *operation) open(ctx context.Context) (err error) {
	if o.settings, err = o.stack.Settings(ctx); err != nil {
		return err
	}
	if o.client, err = api.Open(o.settings.Cluster.Context); err != nil {
		return fmt.Errorf("no way to the cluster: %w", err)
	}
	return nil
}

// end lets the next one begin.
func (o *operation) end() { o.unlock() }

// read asks the backend and the cluster what there is, and refuses what is not the stack's own.
func (o *operation) read(ctx context.Context) error {
	outputs, err := o.stack.Outputs(ctx)
	if err != nil {
		return err
	}
	if o.records, err = releases.Parse(outputs.Releases); err != nil {
		return err
	}
	if o.state, err = o.stack.State(ctx); err != nil {
		return err
	}
	if o.running, err = running.Read(ctx, o.client, o.settings.Namespace, o.state.Resources); err != nil {
		return err
	}
	return o.running.Check(o.stack.Name, o.settings.Namespace, expected(o.settings, outputs))
}

// expected is the cluster that the stack belongs to, empty before its first update.
func expected(settings stacks.Stack, outputs stack.Outputs) string {
	if settings.Cluster.UID != "" {
		return settings.Cluster.UID
	}
	return outputs.Cluster
}

// checkAddress refuses an address that is none.
func (j job) checkAddress() error {
	if j.url == "" {
		return nil
	}
	address, err := url.Parse(j.url)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return fmt.Errorf("URL=%s is no address: want https://host", j.url)
	}
	return nil
}

// checkImages refuses to begin where there is nothing to deploy.
func (o *operation) checkImages() error {
	content, err := os.ReadFile(filepath.Join(o.stack.Dir, o.settings.Images.File))
	_, err = o.settings.Images.Resolve(content, err)
	return err
}

// mustRefresh says whether the stack's state is not what the cluster has: an update was cut off, or somebody changed things
// by hand. Pulumi compares with its state alone, so it would leave those as they are.
func (o *operation) mustRefresh() bool {
	return len(o.state.Pending) > 0 || len(o.running.Overwritten()) > 0
}

// reportOverwritten names what the declaration takes back.
func (o *operation) reportOverwritten() {
	changes := o.running.Overwritten()
	if len(changes) == 0 {
		return
	}
	fmt.Fprintln(o.out, "not as the stack's last update left it, and overwritten now:")
	for _, c := range changes {
		fmt.Fprintln(o.out, "  "+c.Sentence())
	}
}

// untouched says that nothing has happened, and what runs.
func (o *operation) untouched(what string, reason error) error {
	text := fmt.Sprintf("%s: %v\nnothing was touched", what, strings.TrimSpace(reason.Error()))
	switch {
	case len(o.records) == 0:
	case o.running.CutOff(o.records[0]):
		text += ". What runs is what an earlier update left that was cut off:\n" + o.running.Text()
	default:
		text += ", and runs as before: " + describe(o.records[0])
	}
	return untouched{text, reason}
}

// untouched is the error of an operation that never began.
type untouched struct {
	text   string
	reason error
}

func (u untouched) Error() string { return u.text }

func (u untouched) Unwrap() error { return u.reason }

// notStarted says whether a failed update had not begun to change anything.
func notStarted(err error) bool {
	var locked *stack.Locked
	var failed *stack.Failed
	return errors.As(err, &locked) || errors.As(err, &failed) && !failed.Began
}

func describe(r releases.Record) string {
	return fmt.Sprintf("release %.12s of %s by %s (settings %s)", r.Revision, r.Time.Format("2006-01-02 15:04"), r.By, r.SettingsHash)
}
