package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// wayInLimit is how long a way in of somebody else's cluster may take to answer before the next one is tried.
const wayInLimit = 10 * time.Second

// fewNodes is how many nodes are asked: every node answers for a NodePort.
const fewNodes = 3

// address is where the shop is found from this machine.
type address struct {
	url string
	// forward is the command that has to run for it, where no way into the cluster leads here.
	forward string
}

// shopAddress is where the shop is found: on our own cluster where the stack says, and on another one where it answers.
func (s *session) shopAddress(ctx context.Context) (address, error) {
	outputs, err := s.outputs(ctx)
	if err != nil {
		return address{}, err
	}
	urls, _ := outputs["urls"].([]any)
	if len(urls) == 0 {
		return address{}, fmt.Errorf("the stack's outputs name no URL: %v", outputs)
	}
	declared := fmt.Sprint(urls[0])
	if s.elsewhere() {
		return s.addressElsewhere(ctx, declared, fmt.Sprint(outputs["namespace"]))
	}
	c, err := s.cluster()
	if err != nil {
		return address{}, err
	}
	if c.Publishes(portOf(declared)) {
		return address{url: declared}, nil
	}
	node, err := c.Address()
	return address{url: strings.Replace(declared, "localhost", node, 1)}, err
}

// portOf is 0 where an address names none.
func portOf(declared string) int {
	at, err := url.Parse(declared)
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(at.Port()) // 0 if it is no number
	return port
}

// elsewhere reports whether the stack is on a cluster of the user's.
func (s *session) elsewhere() bool {
	target, err := os.Readlink(s.path("kubeconfig"))
	return err == nil && target == s.path("context.kubeconfig")
}

// addressElsewhere tries the nodes' addresses before what the stack says: localhost may be another shop. Nodes in a
// virtual machine or in a cloud's own network answer neither, then kubectl carries the connection.
func (s *session) addressElsewhere(ctx context.Context, declared, namespace string) (address, error) {
	nodes, err := s.nodeURLs(ctx, declared)
	if err != nil {
		return address{}, err
	}
	for _, urls := range [][]string{nodes, {declared}} {
		if url := firstToAnswer(ctx, urls); url != "" {
			return address{url: url}, nil
		}
	}
	return address{
		url:     "http://localhost:8080",
		forward: "kubectl --namespace " + namespace + " port-forward service/frontend-service 8080:3000",
	}, ctx.Err()
}

// nodeURLs puts the nodes' addresses into the URL. There are none where the user may not list nodes.
func (s *session) nodeURLs(ctx context.Context, declared string) ([]string, error) {
	at, err := url.Parse(declared)
	if err != nil {
		return nil, err
	}
	kubectl, err := s.kubectlProgram(ctx)
	if err != nil {
		return nil, err
	}
	list := exec.CommandContext(ctx, kubectl, "--kubeconfig", s.path("kubeconfig"), "get", "nodes", "--output",
		`jsonpath={.items[*].status.addresses[?(@.type!="Hostname")].address}`)
	listed, err := list.Output()
	if err != nil {
		return nil, nil
	}
	var urls []string
	for node := range strings.FieldsSeq(string(listed)) {
		if len(urls) < fewNodes && at.Port() != "" {
			of := *at
			of.Host = net.JoinHostPort(node, at.Port())
			urls = append(urls, of.String())
		}
	}
	return urls, nil
}

// firstToAnswer returns the first of the URLs at which the shop answers, or nothing.
func firstToAnswer(ctx context.Context, urls []string) string {
	ctx, cancel := context.WithTimeout(ctx, wayInLimit)
	defer cancel()
	first := make(chan string, len(urls))
	for _, url := range urls {
		go func() {
			if awaitShop(ctx, url) == nil {
				first <- url
			}
		}()
	}
	if len(urls) == 0 {
		return ""
	}
	select {
	case url := <-first:
		return url
	case <-ctx.Done():
		return ""
	}
}

// forwarding matches what kubectl says once it listens.
var forwarding = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// answersThrough runs the command, on a port of its own choice, for as long as it takes to see the shop answer.
func (s *session) answersThrough(ctx context.Context, command string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	kubectl, err := s.kubectlProgram(ctx)
	if err != nil {
		return err
	}
	args := strings.Fields(strings.Replace(command, " 8080:", " :", 1))[1:]
	carry := exec.CommandContext(ctx, kubectl, append([]string{"--kubeconfig", s.path("kubeconfig")}, args...)...)
	var complaint strings.Builder
	carry.Stderr = &complaint
	said, err := carry.StdoutPipe()
	if err != nil {
		return err
	}
	if err := carry.Start(); err != nil {
		return err
	}
	defer func() { cancel(); _ = carry.Wait() }() // it is ended here
	lines := bufio.NewReader(said)
	line, err := lines.ReadString('\n')
	at := forwarding.FindString(line)
	if at == "" {
		return errors.Join(fmt.Errorf("%s: %s%s", command, line, complaint.String()), err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }() // kubectl tells of every connection
	return awaitShop(ctx, "http://"+at)
}
