package main

import "os"

// noDebugLog is what stands where Pulumi would keep its debug logs.
const noDebugLog = `Pulumi's command line writes a debug log of every command, with a line for each property of each object,
into a folder of this name. That is more than half of the processor time of a preview, and there is no
option to turn it off; with this file in the way it is left out. To have it, delete the file.
`

// silencePulumi keeps the CLI from writing the debug log. What a command shows is not in it, and whoever looks for a fault
// of Pulumi's own still has pulumi --logtostderr -v=9. A folder that is there already stays, so this comes before the first
// command that works in Pulumi's home.
func (s *session) silencePulumi() error {
	path := s.path("pulumi", "home", "logs")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(s.path("pulumi", "home"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(noDebugLog), 0o600)
}
