package review

// Risk is a class of consequences. The order of the constants is the order of the report.
type Risk int

// The classes, worst first.
const (
	DataLoss Risk = iota
	Downtime
	FixedName
	Exposure
	Alerts
	Capacity
	Secrets
	Release
	// First is what a stack opens that there was not before: nobody can lose anything by it.
	First
	Other
)

// risks describes each class: its name in labels, and what it means to a reader.
var risks = map[Risk]struct {
	name, title string
	// dangerous ones need a label on the pull request.
	dangerous bool
}{
	DataLoss:  {"data-loss", "🔴 data loss", true},
	Downtime:  {"downtime", "🔴 downtime", true},
	FixedName: {"fixed-name", "🟠 replacement under the same name", true},
	Exposure:  {"exposure", "🟠 wider exposure", true},
	Alerts:    {"alerts", "🟠 lost alert coverage", true},
	Capacity:  {"capacity", "🟡 capacity", false},
	Secrets:   {"secrets", "🟡 secrets", false},
	Release:   {"release", "🟢 new build", false},
	First:     {"first", "🟢 first deployment", false},
	Other:     {"other", "⚪ other", false},
}

// Label is the pull request label that allows a dangerous class.
func (r Risk) Label() string { return "allow-" + risks[r].name }

func (r Risk) String() string { return risks[r].name }

// Dangerous says whether the class needs its label.
func (r Risk) Dangerous() bool { return risks[r].dangerous }

// Finding is one consequence of one step.
type Finding struct {
	Risk Risk
	// What is the resource and what happens to it.
	What string
	// Why is what that means.
	Why string
}

// judge finds a step's consequences; a step without any of note is Other.
func judge(s step) []Finding {
	var found []Finding
	for _, rule := range []func(step) []Finding{
		dataLoss, restores, backups, history, downtime, fixedName, exposure, alerts, capacity, secrets, builds, bookkeeping,
	} {
		for _, f := range rule(s) {
			if f.What == "" {
				f.What = verbs[s.Op] + " " + s.String()
			}
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		found = []Finding{{Risk: Other, What: verbs[s.Op] + " " + s.String(), Why: s.plainly()}}
	}
	return found
}

// plainly is what a step without any consequence of note does.
func (s step) plainly() string {
	switch s.Op {
	case "create":
		return "is new"
	case "delete":
		return "goes, and nothing needs it"
	}
	if paths := s.changed(s.tops()...); len(paths) > 0 {
		return list(paths)
	}
	return "nothing that the object itself shows"
}

// verbs are the engine's operations in plain words.
var verbs = map[string]string{
	"create": "create", "update": "change", "replace": "replace", "delete": "delete", "import": "import",
	"discard": "forget", "refresh": "refresh",
}
