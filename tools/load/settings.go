package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// settings are what the command line says.
type settings struct {
	shop *url.URL
	// own are the hosts that may be sent traffic.
	own   []string
	stack string
	// rate is how many requests a second begin, whatever the shop does (open loop); or users send their next request when
	// the last one is answered (closed loop).
	rate, users int
	duration    time.Duration
	// tidy is how long a shop that does not answer any more is asked to cancel the orders.
	tidy time.Duration
	// report is the file for the page of plots, empty for none.
	report string
}

const (
	mostRate  = 5000
	mostUsers = 1000
	// patience is how long a customer waits for an answer: as long as the shop may take for an order, and a little more.
	patience = 15 * time.Second
)

// parse finds every problem of the command line.
func parse(args []string) (settings, error) {
	var s settings
	var address, allow string
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says enough, and make help what there is
	flags.StringVar(&address, "url", "", "the shop's address; the stack's first one if empty")
	flags.StringVar(&s.stack, "stack", "local", "whose addresses may be sent traffic, beside this machine's own")
	flags.StringVar(&allow, "allow", "", "one more host that may be sent traffic, because it is yours")
	flags.IntVar(&s.rate, "rate", 0, "requests a second, whatever the shop does; 20 if neither this nor -users is given")
	flags.IntVar(&s.users, "users", 0, "instead: users who wait for each answer before they go on")
	flags.DurationVar(&s.duration, "duration", time.Minute, "how long")
	flags.DurationVar(&s.tidy, "tidy", 2*time.Minute, "how long the shop is asked at the end to cancel what was ordered")
	flags.StringVar(&s.report, "report", "", "a file for a page with plots")
	if err := flags.Parse(args); err != nil {
		return s, fmt.Errorf("%w: want RATE and USERS as numbers, DURATION as 10s or 2m", err)
	}
	var found []error
	if address != "" {
		shop, err := url.Parse(address)
		switch {
		case err != nil || shop.Hostname() == "" || shop.Scheme != "http" && shop.Scheme != "https":
			found = append(found, fmt.Errorf("URL: %q is no address, want for example http://localhost:30000", address))
		case strings.Trim(shop.Path, "/") != "" || shop.RawQuery != "":
			found = append(found, fmt.Errorf("URL: %q has a path, want only the shop's address: %s://%s", address, shop.Scheme, shop.Host))
		default:
			s.shop = &url.URL{Scheme: shop.Scheme, User: shop.User, Host: shop.Host}
		}
	}
	if allow != "" {
		s.own = append(s.own, allow)
	}
	switch {
	case s.rate != 0 && s.users != 0:
		found = append(found, errors.New("RATE and USERS: give one of them, either a pace or users who wait for answers"))
	case s.rate == 0 && s.users == 0:
		s.rate = 20
	}
	if s.rate < 0 || s.rate > mostRate {
		found = append(found, fmt.Errorf("RATE: %d a second, want 1 to %d", s.rate, mostRate))
	}
	if s.users < 0 || s.users > mostUsers {
		found = append(found, fmt.Errorf("USERS: %d, want 1 to %d", s.users, mostUsers))
	}
	if err := writable(s.report); err != nil {
		found = append(found, err)
	}
	if s.duration < time.Second || s.duration > 24*time.Hour {
		found = append(found, fmt.Errorf("DURATION: %s, want 1s to 24h", s.duration))
	}
	return s, errors.Join(found...)
}

// writable fails where the report could not be written in the end.
func writable(report string) error {
	if report == "" {
		return nil
	}
	if folder, err := os.Stat(filepath.Dir(report)); err != nil || !folder.IsDir() {
		return fmt.Errorf("REPORT: there is no folder %s", filepath.Dir(report))
	}
	return nil
}

// locate finds the shop, and refuses a host that is nobody's here: load is an attack where it is not expected.
func (s *settings) locate(ctx context.Context) error {
	if s.shop != nil && s.mine() {
		return nil
	}
	addresses, err := outputs(ctx, s.stack)
	for _, address := range addresses {
		if found, err := url.Parse(address); err == nil && found.Hostname() != "" {
			s.own = append(s.own, found.Hostname())
			if s.shop == nil {
				s.shop = &url.URL{Scheme: found.Scheme, Host: found.Host}
			}
		}
	}
	if s.shop == nil {
		return fmt.Errorf("URL: stack %s has no address that this machine reaches (%v): give one, for example URL=http://localhost:3000 after make run", s.stack, err)
	}
	if !s.mine() {
		return fmt.Errorf("URL: %s is neither this machine nor an address of stack %s. If it is yours, and load is expected there, allow it: make load URL=%s ALLOW_HOST=%s",
			s.shop.Hostname(), s.stack, s.shop, s.shop.Hostname())
	}
	return nil
}

// mine says whether the shop's host is loopback or known.
func (s *settings) mine() bool {
	host := s.shop.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return true
	}
	for _, own := range s.own {
		if strings.EqualFold(own, host) {
			return true
		}
	}
	return false
}

// outputs are the addresses that a stack says it has.
func outputs(ctx context.Context, stack string) (addresses []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	text, err := exec.CommandContext(ctx, "pulumi", "stack", "output", "urls", "--json", "--stack", stack).Output()
	if err != nil {
		return nil, fmt.Errorf("pulumi stack output: %w", err)
	}
	return addresses, json.Unmarshal(text, &addresses)
}

// pace is how the requests follow each other, in words.
func (s *settings) pace() string {
	if s.users > 0 {
		return fmt.Sprintf("%d users who wait for each answer", s.users)
	}
	return fmt.Sprintf("%d requests a second", s.rate)
}

// attacker sends the requests. In an open loop it has as many workers as answers may be waited for.
func (s *settings) attacker() (*vegeta.Attacker, vegeta.Pacer) {
	begin, most := uint64(s.users), uint64(s.users)
	if s.users == 0 {
		begin, most = uint64(min(s.rate, 10)), uint64(s.rate)*uint64(patience/time.Second)
	}
	return vegeta.NewAttacker(vegeta.Client(client()), vegeta.MaxBody(1<<16), vegeta.Workers(begin), vegeta.MaxWorkers(most)),
		vegeta.Rate{Freq: s.rate, Per: time.Second}
}

// client keeps its connections, as a browser does, and follows no redirect: each request counts by itself.
func client() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, mostUsers
	return &http.Client{
		Timeout: patience, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
