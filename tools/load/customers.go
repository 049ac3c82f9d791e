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

// prepare learns what the shop sells. It fails where no shop answers.
func prepare(ctx context.Context, s settings) (*requests, error) {
	address := s.shop.String() + "/api/products?limit=100"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := client().Do(request)
	if err != nil {
		return nil, fmt.Errorf("no shop answers: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	var sells struct {
		Products []struct {
			ID   int64
			Name string
		}
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&sells); err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s, want a shop's list of products", address, response.Status)
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
