package fault

// Fields collects the inputs at fault, so that the caller learns of all of them at once. Its zero value is ready.
type Fields struct {
	problems map[string]string
	missing  bool
}

// Add notes what is wrong with a field. The first word on a field stands.
func (f *Fields) Add(path, problem string) {
	if f.problems == nil {
		f.problems = map[string]string{}
	}
	if _, known := f.problems[path]; !known {
		f.problems[path] = problem
	}
}

// Missing notes a required field that is not there.
func (f *Fields) Missing(path string) {
	f.missing = true
	f.Add(path, "is required")
}

// Err is nil if nothing was noted.
func (f *Fields) Err() error {
	if len(f.problems) == 0 {
		return nil
	}
	message := "Invalid fields"
	if f.missing {
		message = "Missing required fields"
	}
	return &Error{Kind: Invalid, Message: message, Fields: f.problems}
}
