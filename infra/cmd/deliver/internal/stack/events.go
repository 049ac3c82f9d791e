package stack

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
)

// events is what the engine's log says of an update.
type events struct {
	// began says that a change of a resource was under way.
	began bool
	// reasons are the errors, in their order.
	reasons []string
}

// event is what we read of one line of the log.
type event struct {
	ResourcePreEvent *struct {
		Metadata struct {
			Op   string `json:"op"`
			Type string `json:"type"`
			New  *struct {
				Custom bool `json:"custom"`
			} `json:"new"`
			Old *struct {
				Custom bool `json:"custom"`
			} `json:"old"`
		} `json:"metadata"`
		Planning bool `json:"planning"`
	} `json:"resourcePreEvent"`
	DiagnosticEvent *struct {
		Message  string `json:"message"`
		Severity string `json:"severity"`
	} `json:"diagnosticEvent"`
}

// readEvents reads a log, whose last line may be cut off. An update that ended early has none.
func readEvents(path string) (events, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return events{}, nil
	}
	if err != nil {
		return events{}, err
	}
	defer file.Close() // it is only read
	var found events
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			found.add(e)
		}
	}
	return found, lines.Err()
}

func (f *events) add(e event) {
	if e.changes() {
		f.began = true
	}
	if d := e.DiagnosticEvent; d != nil && d.Severity == "error" {
		if reason := Plain(d.Message); reason != "" && !slices.Contains(f.reasons, reason) {
			f.reasons = append(f.reasons, reason)
		}
	}
}

// changes says whether a step changes a real resource: components, providers and the stack itself are only bookkeeping.
func (e event) changes() bool {
	pre := e.ResourcePreEvent
	if pre == nil || pre.Planning || strings.HasPrefix(pre.Metadata.Type, "pulumi:") {
		return false
	}
	custom := pre.Metadata.New != nil && pre.Metadata.New.Custom || pre.Metadata.Old != nil && pre.Metadata.Old.Custom
	return custom && !slices.Contains([]string{"", "same", "refresh", "read"}, pre.Metadata.Op)
}

var (
	// colours are the engine's marks for terminals.
	colours = regexp.MustCompile(`<\{%.*?%\}>|\x1b\[[0-9;]*m`)
	// wrapping is what stands before a message and says nothing.
	wrapping = regexp.MustCompile(`^(error: |an unhandled error occurred: |program failed: |waiting for RPCs: |` +
		`marshaling properties: |awaiting input property "[^"]*": |rpc error: code = \w+ desc = |` +
		`(Preview|Update) failed: |\d+ errors? occurred:\s*\*\s*)+`)
	// empty are messages that only say that there was another one.
	empty = regexp.MustCompile(`^(?i:update|preview|resource operation|destroy|refresh) failed$|^program exited with non-zero exit code|` +
		`^update cancell?ed$|^exit status \d+$`)
)

// Plain is a message of the engine without what hides its reason.
func Plain(message string) string {
	text := strings.TrimSpace(colours.ReplaceAllString(message, ""))
	for {
		shorter := strings.TrimSpace(wrapping.ReplaceAllString(text, ""))
		if shorter == text {
			break
		}
		text = shorter
	}
	if empty.MatchString(text) {
		return ""
	}
	return text
}

// hints are known failures and their way out.
var hints = []struct {
	failure *regexp.Regexp
	hint    string
}{
	{
		regexp.MustCompile(`another operation \(install/upgrade/rollback\) is in progress`),
		"An earlier update was cut off while Helm installed this chart. See which try never ended, and remove its record:\n" +
			"  kubectl get secrets --all-namespaces -l 'owner=helm,status in (pending-install,pending-upgrade,pending-rollback)'\n" +
			"  kubectl delete secret --namespace NAMESPACE NAME",
	},
	{
		regexp.MustCompile(`incorrect passphrase|passphrase must be set`),
		"The stack's secrets cannot be read: set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE.",
	},
	{
		regexp.MustCompile(`cannot \w+ resource|the user may not`),
		"The account lacks a right. If the stack declares something new: make deployer STACK=… (docs/deployer.md).",
	},
}

// Hints are the ways out of what is known to go wrong.
func Hints(reasons []string) []string {
	var found []string
	for _, h := range hints {
		if slices.ContainsFunc(reasons, h.failure.MatchString) {
			found = append(found, h.hint)
		}
	}
	return found
}
