package alerts

// Runbook is what on-call needs. Every text is Markdown without headings.
type Runbook struct {
	// Meaning says what is true when the alert fires.
	Meaning string
	// Impact says what customers and colleagues notice.
	Impact string
	// Investigate finds the cause, the most likely first.
	Investigate []Step
	// Fix are the ways out, each with its condition. No command leaves a change in the cluster that the next deployment
	// would trip over: what is declared is changed in the declaration.
	Fix []Step
	// Silence says when it is right to silence the alert.
	Silence string
}

// Step is one thing to do.
type Step struct {
	// Do says what, and how to read the answer.
	Do string
	// Run is a command for a shell, Query one for Prometheus. Either may be empty.
	Run, Query string
}
