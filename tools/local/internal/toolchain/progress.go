package toolchain

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// Goal is what the tools are built for.
type Goal struct {
	// Name says what will be the case then: "the shop answers".
	Name string
	// Source is how many bytes of source are compiled after the tools, and Then how long the rest takes.
	Source int64
	Then   time.Duration
}

// measuring is how long a build must have run until its speed says more than that of the build before.
const measuring = 15 * time.Second

// progress knows how far a build of tools is, in bytes of source, and reckons from this machine's own speed when it ends.
type progress struct {
	mu      sync.Mutex
	work    surveyed
	goal    Goal
	started time.Time
	before  float64
	done    int64
	now     string
	clock   func() time.Time
}

// newProgress begins to count. before is the speed of an earlier build in bytes a second, or 0.
func newProgress(work surveyed, before float64, goal Goal) *progress {
	return &progress{work: work, goal: goal, started: time.Now(), before: before, clock: time.Now}
}

// saw takes a line of the go tool's: a package that it compiles now, or a module that it fetches.
func (p *progress) saw(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = strings.TrimPrefix(line, "go: ")
	if size, ok := p.work.compile[line]; ok {
		p.done += size
		delete(p.work.compile, line)
	}
}

// linked counts a tool as built.
func (p *progress) linked(tool Tool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += p.work.link[tool.Name]
	delete(p.work.link, tool.Name)
}

// speed is what this build has done a second; 0 if it has not run for long enough to tell.
func (p *progress) speed() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.measured()
}

func (p *progress) measured() float64 {
	took := p.clock().Sub(p.started)
	if took < measuring || p.done == 0 {
		return 0
	}
	return float64(p.done) / took.Seconds()
}

// String says how far the build is, what it compiles, how long it still takes and when the goal is reached.
func (p *progress) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.left()
	text := fmt.Sprintf("%d of %d MB of source compiled", p.done/1e6, (p.done+left)/1e6)
	if p.done > 0 {
		text = fmt.Sprintf("%d %%", 100*p.done/max(1, p.done+left))
	}
	speed := p.measured()
	if speed == 0 {
		speed = p.before
	}
	if speed == 0 {
		return text + ", measuring how fast this machine is" + p.current()
	}
	text += ", tools done in " + about(float64(left)/speed)
	if p.goal.Name != "" {
		text += ", " + p.goal.Name + " in " + about(float64(left+p.goal.Source)/speed+p.goal.Then.Seconds())
	}
	return text + p.current()
}

func (p *progress) current() string {
	if p.now == "" {
		return ""
	}
	return "; now " + p.now
}

func (p *progress) left() int64 {
	var left int64
	for _, size := range p.work.compile {
		left += size
	}
	for _, size := range p.work.link {
		left += size
	}
	return left
}

// about renders an estimate without pretending to know seconds.
func about(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < 90*time.Second {
		return "about " + step.Took(max(d.Round(10*time.Second), 10*time.Second))
	}
	return fmt.Sprintf("about %d min", int(d.Round(time.Minute).Minutes()))
}

// lastSpeed is the speed of the last build into this cache, or 0. Only the first estimate depends on it.
func (b Builder) lastSpeed() float64 {
	var noted struct{ BytesPerSecond float64 }
	text, err := os.ReadFile(b.speedFile())
	if err != nil || json.Unmarshal(text, &noted) != nil {
		return 0
	}
	return noted.BytesPerSecond
}

func (b Builder) rememberSpeed(speed float64) error {
	if speed == 0 {
		return nil
	}
	text, err := json.Marshal(map[string]float64{"BytesPerSecond": speed})
	if err != nil {
		return err
	}
	return os.WriteFile(b.speedFile(), text, 0o644)
}

func (b Builder) speedFile() string { return filepath.Join(b.Cache, "speed.json") }
