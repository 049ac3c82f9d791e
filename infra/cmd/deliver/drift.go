package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/drift"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/running"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
)

// findDrift prints what differs and fails if anything does, so that a nightly run is noticed. It changes nothing.
func findDrift(ctx context.Context, j job) error {
	o := &operation{job: j, unlock: func() {}}
	if err := o.open(ctx); err != nil {
		return err
	}
	if err := o.read(ctx); err != nil {
		return err
	}
	others, unseen := o.elsewhere(ctx)
	changes := append(slices.Clone(o.running.Changes), others...)
	left := o.running.Canaries()
	for _, name := range left {
		fmt.Fprintf(o.out, "%s runs: a deployment that was cut off has left it. make deploy, make rollback or pulumi up removes it\n", name)
	}
	for _, text := range unseen {
		fmt.Fprintln(o.out, text)
	}
	if len(changes) == 0 && len(unseen) == 0 && len(left) == 0 {
		fmt.Fprintf(o.out, "%s: everything is as declared\n", o.stack.Name)
		return nil
	}
	fmt.Fprint(o.out, driftReport(o.stack.Name, changes))
	if len(changes) == 0 && len(left) > 0 {
		return fmt.Errorf("%s: %s is in no declaration", o.stack.Name, strings.Join(left, ", "))
	}
	if len(changes) == 0 {
		return fmt.Errorf("%s: not everything could be compared", o.stack.Name)
	}
	return fmt.Errorf("%s: %d differences from what is declared", o.stack.Name, len(changes))
}

// elsewhere compares what is no object of the cluster, such as a release of Helm or a monitor of Datadog, through the
// providers' own refresh. What could not be asked is said.
func (o *operation) elsewhere(ctx context.Context) (changes []drift.Change, unseen []string) {
	var targets []stack.Resource
	for _, r := range o.state.Resources {
		if r.Custom && !r.IsObject() && !strings.HasPrefix(r.Type, "pulumi:") {
			targets = append(targets, r)
		}
	}
	if len(targets) == 0 {
		return nil, nil
	}
	found, err := o.stack.Refreshed(ctx, targets)
	if err != nil {
		unseen = []string{fmt.Sprintf("not all of the %d resources outside the cluster's API could be compared: %v", len(targets), err)}
	}
	for _, r := range found {
		c := drift.Change{URN: r.URN, Object: r.Name(), Outside: true, What: "is not as declared: " + strings.Join(r.Paths, ", ")}
		if r.Gone {
			c.What = "is gone"
		}
		changes = append(changes, c)
	}
	return changes, unseen
}

// shown is how many differences of one cause are listed.
const shown = 15

// driftReport groups the differences by who made them, and ends with the commands that undo or keep them.
func driftReport(name string, changes []drift.Change) string {
	var text strings.Builder
	for _, group := range drift.ByCause(changes) {
		fmt.Fprintln(&text, group.Cause)
		for i, c := range group.Changes {
			if i == shown {
				fmt.Fprintf(&text, "  and %d more\n", len(group.Changes)-shown)
				break
			}
			fmt.Fprintln(&text, "  "+c.Difference())
		}
	}
	text.WriteString("\n")
	for _, command := range slices.Concat(reverts(name, changes), adopts(name, changes)) {
		fmt.Fprintln(&text, command)
	}
	return text.String()
}

// few is up to how many objects each gets a command of its own.
const few = 5

// reverts are the commands that make the changed objects as they were deployed again.
func reverts(name string, changes []drift.Change) []string {
	var objects []string
	redeploy := false
	for _, c := range changes {
		if c.Outside {
			redeploy = true
		} else {
			objects = append(objects, c.Object)
		}
	}
	slices.Sort(objects)
	objects = slices.Compact(objects)
	var commands []string
	if len(objects) > few {
		commands, objects = append(commands, "revert: make revert STACK="+name+" OBJECT=all"), nil
	}
	for _, object := range objects {
		commands = append(commands, "revert: make revert STACK="+name+" OBJECT='"+object+"'")
	}
	if redeploy {
		commands = append(commands, "revert what is outside the cluster: make deploy STACK="+name+", with what runs checked out")
	}
	return commands
}

// adopts are the commands that declare what is there, where a setting can.
func adopts(name string, changes []drift.Change) []string {
	var commands []string
	for _, c := range changes {
		if c.Adopt != "" {
			commands = append(commands, "adopt:  pulumi config set --stack "+name+" --path "+c.Adopt)
		}
	}
	return commands
}

// revert makes one object, or each that differs, as the stack's last update declared it. Nothing is deployed and nothing is
// recorded: what is checked out plays no part.
func revert(ctx context.Context, j job) error {
	if j.object == "" {
		return fmt.Errorf("which object? (make revert STACK=%s OBJECT='Deployment techcommerce/frontend', or OBJECT=all)", j.stack.Name)
	}
	o, err := j.begin(ctx, "a revert")
	if err != nil {
		return fmt.Errorf("not reverted: %w", err)
	}
	defer o.end()
	var reverted []string
	for _, c := range o.running.Changes {
		if (j.object == "all" || j.object == c.Object) && !slices.Contains(reverted, c.Object) {
			reverted = append(reverted, c.Object)
		}
	}
	if len(reverted) == 0 {
		return fmt.Errorf("not reverted: %s does not differ from what is declared (make drift STACK=%s lists what does)", j.object, j.stack.Name)
	}
	if err := drift.Revert(ctx, o.client, o.state.Resources, o.running.Changes, reverted); err != nil {
		return err
	}
	now, err := running.Read(ctx, o.client, o.settings.Namespace, o.state.Resources)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(now.Changes, func(c drift.Change) bool { return !slices.Contains(reverted, c.Object) })
	if len(left) > 0 {
		return fmt.Errorf("some of it differs still:\n%s", driftReport(j.stack.Name, left))
	}
	for _, object := range reverted {
		fmt.Fprintf(o.out, "%s is as it was deployed\n", object)
	}
	return nil
}
