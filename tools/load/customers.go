package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// customers send their requests until the time is over or ctx ends, and cancel what they have ordered. There is a report
// unless no shop answers.
func customers(ctx context.Context, s settings, out io.Writer) (*report, error) {
	r, err := prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	seen := newReport(r.orders)
	attacker, pacer := s.attacker()
	results := attacker.Attack(r.next, pacer, s.duration, "")
	second := time.NewTicker(time.Second)
	defer second.Stop()
	interrupted := ctx.Done()
	for {
		select {
		case result, more := <-results:
			if !more {
				seen.close()
				return seen, r.tidy(s.tidy, out, seen)
			}
			seen.add(kindOf(result.Method, result.URL), result)
		case <-second.C:
			fmt.Fprintln(out, seen.line())
		case <-interrupted:
			fmt.Fprintln(out, "interrupted: what is under way is waited for, and the orders are cancelled")
			attacker.Stop()
			interrupted = nil
		}
	}
}

// prepare learns what the shop sells. It fails where no shop answers, or one of its APIs.
func prepare(ctx context.Context, s settings) (*requests, error) {
	if _, kind, err := read(ctx, s.shop.String()+"/"); err != nil {
		return nil, fmt.Errorf("no shop answers: %w", err)
	} else if !strings.HasPrefix(kind, "text/html") {
		return nil, fmt.Errorf("%s answers, but has no page: want the frontend's address", s.shop)
	}
	address := s.shop.String() + "/api/products?limit=100"
	text, _, err := read(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("the list of products: %w", err)
	}
	var sells struct {
		Products []struct {
			ID   int64
			Name string
		}
	}
	if err := json.Unmarshal(text, &sells); err != nil {
		return nil, fmt.Errorf("%s is no list of products: %w", address, err)
	}
	if len(sells.Products) == 0 {
		return nil, fmt.Errorf("%s: the shop sells nothing yet; add products at %s/admin", address, s.shop)
	}
	r := &requests{shop: s.shop, run: strconv.FormatUint(rand.Uint64(), 36), random: rand.IntN, orders: newOrders()}
	for _, p := range sells.Products {
		r.products = append(r.products, p.ID)
		word, _, _ := strings.Cut(p.Name, " ")
		r.words = append(r.words, strings.ToLower(word))
	}
	return r, nil
}

// read returns what is at an address, and its type.
func read(ctx context.Context, address string) (text []byte, kind string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	response, err := client().Do(request)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	if response.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("%s answers %s", address, response.Status)
	}
	text, err = io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return text, response.Header.Get("Content-Type"), err
}
