// Package declare runs a Pulumi program without an engine, a provider or a cluster, and keeps what it declares as plain
// data for tests to look at.
package declare

import (
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Declaration is everything that a program declared.
type Declaration struct {
	// Resources are sorted by type and name.
	Resources []Resource
}

// Resource is one call of the program.
type Resource struct {
	// ID is the one that it was given.
	ID string
	// Type is the resource's type token, Name its logical name.
	Type, Name string
	// Parent is the logical name of the component that it belongs to; empty at the top.
	Parent string
	// Custom says that a provider manages it; otherwise it is a component.
	Custom bool
	// Provider refers to the provider that manages it.
	Provider string
	// Identity is what the engine knows the resource by in every stack: its type within its parent's, and its name.
	Identity string
	// Former are identities that it says it had before.
	Former []string
	// After are the URNs of what must be done before it.
	After []string
	// Options are the options that change its fate, in words.
	Options []string
	// Inputs are what it was declared with, secrets still wrapped.
	Inputs resource.PropertyMap
}

// Program is the body of a Pulumi program.
type Program func(ctx *pulumi.Context) error

// Run runs the program as `pulumi up` would.
func Run(project, stack string, program Program) (*Declaration, error) {
	return run(project, stack, program)
}

// Preview runs the program as `pulumi preview` would before anything exists: what only a provider knows is unknown.
func Preview(project, stack string, program Program) (*Declaration, error) {
	return run(project, stack, program, func(info *pulumi.RunInfo) { info.DryRun = true })
}

func run(project, stack string, program Program, opts ...pulumi.RunOption) (*Declaration, error) {
	r := &recorder{seen: map[string]bool{}}
	opts = append(opts, pulumi.WithMocks(project, stack, r))
	if err := pulumi.RunErr(pulumi.RunFunc(program), opts...); err != nil {
		return nil, err
	}
	slices.SortFunc(r.resources, func(a, b Resource) int {
		return strings.Compare(a.Type+" "+a.Name, b.Type+" "+b.Name)
	})
	return &Declaration{Resources: r.resources}, nil
}

// recorder stands in for the engine. It may be called from many goroutines.
type recorder struct {
	mu        sync.Mutex
	resources []Resource
	seen      map[string]bool
}

// Call refuses: the program asks no provider anything.
func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("unexpected call of %s", args.Token)
}

// NewResource records, and answers with what was asked for. The real engine refuses a second resource of one identity;
// the SDK's stand-in would silently replace the first.
func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	parent := resource.URN(args.RegisterRPC.GetParent())
	identity := identityOf(typeOf(parent), args.TypeToken, args.Name)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[identity] {
		return "", nil, fmt.Errorf("duplicate resource %s", identity)
	}
	r.seen[identity] = true
	r.resources = append(r.resources, Resource{
		ID: idOf(args), Type: args.TypeToken, Name: args.Name, Parent: nameOf(parent), Custom: args.Custom,
		Provider: args.Provider, Options: options(args), Inputs: args.Inputs,
		Identity: identity, Former: former(args), After: args.RegisterRPC.GetDependencies(),
	})
	return idOf(args), named(args), nil
}

// idOf is an id as the provider would give one: Datadog's monitors have numbers, its objectives digests.
func idOf(args pulumi.MockResourceArgs) string {
	switch args.TypeToken {
	case "datadog:index/monitor:Monitor":
		return strconv.Itoa(int(crc32.ChecksumIEEE([]byte(args.Name))))
	case "datadog:index/serviceLevelObjective:ServiceLevelObjective":
		return fmt.Sprintf("%.16x", sha256.Sum256([]byte(args.Name)))
	}
	return args.Name
}

// named is the resource as a provider would return it: an object without a name gets one.
func named(args pulumi.MockResourceArgs) resource.PropertyMap {
	state := args.Inputs.Copy()
	metadata := state["metadata"]
	if !metadata.IsObject() {
		return state
	}
	object := metadata.ObjectValue().Copy()
	if _, ok := object["name"]; !ok {
		object["name"] = resource.NewProperty(args.Name + AutoName)
	}
	state["metadata"] = resource.NewProperty(object)
	return state
}

// AutoName ends a name that the provider chose.
const AutoName = "-auto"

func options(args pulumi.MockResourceArgs) []string {
	var words []string
	rpc := args.RegisterRPC
	if rpc.GetProtect() {
		words = append(words, "protect")
	}
	if rpc.GetRetainOnDelete() {
		words = append(words, "retainOnDelete")
	}
	if rpc.GetDeleteBeforeReplace() {
		words = append(words, "deleteBeforeReplace")
	}
	for _, path := range rpc.GetIgnoreChanges() {
		words = append(words, "ignoreChanges:"+path)
	}
	return words
}

// nameOf is the logical name in a URN; empty for the stack itself.
func nameOf(urn resource.URN) string {
	if urn == "" || urn.Type() == resource.RootStackType {
		return ""
	}
	return urn.Name()
}

func typeOf(urn resource.URN) tokens.Type {
	if urn == "" {
		return ""
	}
	return urn.Type()
}
