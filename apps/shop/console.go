package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// console is where people read along.
type console struct {
	mu  sync.Mutex
	out io.Writer
}

// say writes a line of the shop's own.
func (c *console) say(format string, values ...any) { c.write(fmt.Sprintf(format, values...)) }

// tell writes a line of a service's log for people: the time, who, and what matters.
func (c *console) tell(service string, line []byte) {
	var said map[string]any
	if json.Unmarshal(line, &said) != nil {
		c.write(fmt.Sprintf("         %-11s  %s", service, line))
		return
	}
	clock := strings.Repeat(" ", len(time.TimeOnly))
	if at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(said["timestamp"])); err == nil {
		clock = at.Local().Format(time.TimeOnly)
	}
	c.write(fmt.Sprintf("%s %-11s  %s", clock, service, sentence(said)))
}

func (c *console) write(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = fmt.Fprintln(c.out, line) // there is nowhere else to say that nobody can read it
}

// sentence is what a line says, without what all lines say.
func sentence(said map[string]any) string {
	text := fmt.Sprint(said["message"])
	if said["message"] == "request" {
		text = fmt.Sprintf("%v %v %v %s", said["http.method"], said["http.route"], said["http.status_code"],
			duration(said["duration"]))
	}
	if level := said["status"]; level != "info" && level != "debug" {
		text = strings.ToUpper(fmt.Sprint(level)) + " " + text
	}
	for _, known := range []string{
		"timestamp", "message", "status", "service", "env", "version", "request_id",
		"http.method", "http.route", "http.status_code", "duration",
	} {
		delete(said, known)
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		text += fmt.Sprintf(" %s=%v", name, said[name])
	}
	return text
}

func duration(nanoseconds any) string {
	n, _ := nanoseconds.(float64) // a line without one took no time
	return time.Duration(n).Round(10 * time.Microsecond).String()
}
