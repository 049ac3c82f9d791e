package wiring

import (
	"fmt"
	"slices"
)

// Stack is what the rules must know beside the objects.
type Stack struct {
	// Environment is what every label "environment" must say.
	Environment string
	// Variables lists the names that a service reads.
	Variables []string
	// Images has the build of each service, by its name.
	Images map[string]string
}

// Check returns everything that does not fit, each as one line; none is the proof.
func Check(o *Objects, stack Stack) []string {
	c := &checker{Objects: o, stack: stack}
	c.places()
	c.labels()
	for _, p := range o.pods() {
		c.selector(p)
		c.identity(p)
		c.images(p)
		c.confinement(p)
		c.resources(p)
		c.probes(p)
		c.mounts(p)
		c.references(p)
		c.environment(p)
		c.drain(p)
		c.placement(p)
		c.discovered(p)
	}
	c.services()
	c.scaling()
	c.budgets()
	c.ingresses()
	c.routes()
	c.policies()
	c.edges()
	c.rights()
	c.watching()
	c.unused()
	slices.Sort(c.found)
	return slices.Compact(c.found)
}

type checker struct {
	*Objects
	stack Stack
	found []string
}

func (c *checker) fail(where, format string, args ...any) {
	c.found = append(c.found, where+": "+fmt.Sprintf(format, args...))
}
