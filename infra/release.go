package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/stacks"
)

// release is what is being deployed: builds, and the source that declares them.
type release struct {
	// images has one build per service.
	images map[string]stacks.Image
	// others are the images that the local cluster was given of what is not ours, by name.
	others map[string]stacks.Image
	// revision is the git commit of the program, "unknown" outside a checkout.
	revision string
	// id identifies the release on the cluster.
	id string
	// cluster is the UID of the stack's cluster, empty while none is known.
	cluster string
	// kubelets is what the cluster says of its kubelets' certificates, empty where it cannot be asked.
	kubelets stacks.KubeletCertificates
	// history has this release's record and those before it, newest first.
	history []releases.Record
	// waitUntilReady waits until the pods run; nil where there is no cluster.
	waitUntilReady func(context.Context) error
}

func readRelease(ctx *pulumi.Context, stack stacks.Stack) (release, error) {
	root := ctx.RootDirectory()
	content, err := os.ReadFile(filepath.Join(root, stack.Images.File))
	images, err := stack.Images.Resolve(content, err)
	if err != nil {
		return release{}, err
	}
	now, err := record(root, stack, images)
	if err != nil {
		return release{}, err
	}
	for name, image := range stack.Images.Others(content) {
		now.Images[name] = string(image)
	}
	before, err := remembered(ctx)
	if err != nil {
		return release{}, err
	}
	return release{
		images: images, others: stack.Images.Others(content), revision: now.Revision, id: now.ID(),
		cluster: before.cluster, history: releases.Remember(before.records, now),
		waitUntilReady: func(ctx context.Context) error { return waitUntilReady(ctx, stack) },
	}, nil
}

// record describes what is deployed now. Settings that are kept elsewhere than in the stack's file leave the record
// without them.
func record(root string, stack stacks.Stack, images map[string]stacks.Image) (releases.Record, error) {
	text, err := os.ReadFile(filepath.Join(root, stacks.Source{Stack: stack.Name}.File()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return releases.Record{}, err
	}
	schema, err := releases.Schema(root)
	if err != nil {
		return releases.Record{}, err
	}
	floor, err := releases.Floor(root)
	if err != nil {
		return releases.Record{}, err
	}
	r := releases.Record{
		Images: map[string]string{}, Settings: string(text), SettingsHash: stack.Hash(), Schema: schema, Floor: floor,
		Time: time.Now().UTC().Truncate(time.Second), By: releases.Deployer(root, os.Getenv),
	}
	r.Revision, r.Dirty = releases.Revision(root)
	for service, image := range images {
		r.Images[service] = string(image)
	}
	return r, nil
}

// memory is what the stack's last successful update left for those after it.
type memory struct {
	records []releases.Record
	// cluster is the UID of the cluster that the stack lives on, empty before the first update.
	cluster string
}

// remembered asks the engine for the stack's own outputs, as the last successful update left them.
func remembered(ctx *pulumi.Context) (memory, error) {
	self := struct {
		Name string `pulumi:"name"`
	}{ctx.Organization() + "/" + ctx.Project() + "/" + ctx.Stack()}
	var answer struct {
		Outputs map[string]any `pulumi:"outputs"`
	}
	// The raw form, because the other one refuses an answer with secrets in it.
	if _, err := ctx.InvokePackageRaw("pulumi:pulumi:readStackOutputs", &self, &answer, ""); err != nil {
		return memory{}, err
	}
	text, _ := answer.Outputs[releases.Output].(string)
	records, err := releases.Parse(text)
	cluster, _ := answer.Outputs[clusterOutput].(string)
	return memory{records: records, cluster: cluster}, err
}
