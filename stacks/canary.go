package stacks

// Rollout says how a new version of a service takes the place of the old one.
type Rollout string

// The ways to roll out.
const (
	// RolloutRolling replaces the pods one by one.
	RolloutRolling Rollout = "rolling"
	// RolloutCanary has make deploy start one pod of the new version beside the old ones and judge it first.
	RolloutCanary Rollout = "canary"
)

func (Rollout) options() []string { return []string{string(RolloutRolling), string(RolloutCanary)} }

// Canary is how make deploy judges the first pod of a new version, of services whose rollout is canary.
type Canary struct {
	// Watch is how long it serves beside the old pods before the others follow, from when it is ready: up to three times as
	// long while fewer customers have reached it than it is judged by. 1s to 10m.
	Watch Duration `json:"watch"`
	// Requests is how many requests its latency, and how many orders its failing orders, are judged by at least. Errors
	// are judged from the fifth request on.
	Requests int `json:"requests,omitempty" min:"10" max:"100000"`
	// Errors is by how many percentage points more of its requests than of the old pods' may be answered 5xx.
	Errors int `json:"errors,omitempty" min:"1" max:"100"`
	// Orders is by how many percentage points more of its orders than of the old pods' may end without being confirmed.
	Orders int `json:"orders,omitempty" min:"1" max:"100"`
	// Latency is how many times the old pods' 95th percentile its own may be.
	Latency int `json:"latency,omitempty" min:"2" max:"100"`
}

func defaultCanary() Canary {
	return Canary{Watch: 60 * Second, Requests: 50, Errors: 2, Orders: 10, Latency: 4}
}

// Canaries lists the services whose new versions are tried on one pod first.
func (s Stack) Canaries() []string {
	var names []string
	for _, name := range serviceNames() {
		if s.Services[name].Rollout == RolloutCanary {
			names = append(names, name)
		}
	}
	return names
}

func (c Canary) validate(path string) []Problem {
	const least, most = 1 * Second, 600 * Second
	var found problems
	if c.Watch < least || c.Watch > most {
		found.add(path+".watch", "%s, want %s to %s", c.Watch, least, most)
	}
	return found
}
