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
	shop := client()
	front, err := send(ctx, shop, get(s.shop, "/"))
	if err != nil {
		return nil, fmt.Errorf("no shop answers: %w", err)
	}
	if front.code != http.StatusOK || !strings.HasPrefix(front.kind, "text/html") {
		return nil, fmt.Errorf("%s answers, but has no page (status %d): want the frontend's address", s.shop, front.code)
	}
	catalogue := get(s.shop, "/api/products?limit=100")
	listed, err := send(ctx, shop, catalogue)
	if err != nil {
		return nil, fmt.Errorf("the list of products: %w", err)
	}
	if listed.code != http.StatusOK {
		return nil, fmt.Errorf("%s answers status %d, want a list of products", catalogue.URL, listed.code)
	}
	var sells struct {
		Products []struct {
			ID   int64
			Name string
		}
	}
	if err := json.Unmarshal(listed.body, &sells); err != nil {
		return nil, fmt.Errorf("%s is no list of products: %w", catalogue.URL, err)
	}
	if len(sells.Products) == 0 {
		return nil, fmt.Errorf("%s: the shop sells nothing yet; add products at %s/admin", catalogue.URL, s.shop)
	}
	r := &requests{shop: s.shop, run: strconv.FormatUint(rand.Uint64(), 36), random: rand.IntN, orders: newOrders()}
	for _, p := range sells.Products {
		r.products = append(r.products, p.ID)
		word, _, _ := strings.Cut(p.Name, " ")
		r.words = append(r.words, strings.ToLower(word))
	}
	return r, nil
}
