package web

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/techcommerce/platform/apps/frontend/internal/cart"
	"github.com/techcommerce/platform/apps/internal/money"
)

// customerMax is the longest name, in characters. Order-api has its own limit and says so; ours is below it.
const customerMax = 100

// keyMin and keyMax are the lengths between which an order's key is one of ours.
const (
	keyMin = 20
	keyMax = 64
)

var errNotOurForm = errors.New("not a form of this shop")

// checkoutForm is a checkout as the browser sends it. Key and items are what we put into the page, so anything wrong
// with them is no mistake of the customer; the name is the customer's and may be anything.
type checkoutForm struct {
	Key      string
	Items    cart.Cart
	Customer string
	// Total is what the page showed; nil on a page from before totals were sent.
	Total *money.Cents
	// Prices are what the page showed of each product, to say later what has changed.
	Prices map[int64]money.Cents
}

func readCheckout(values url.Values) (checkoutForm, error) {
	form := checkoutForm{Key: values.Get("key"), Customer: strings.TrimSpace(values.Get("customer"))}
	if len(form.Key) < keyMin || len(form.Key) > keyMax || strings.ContainsFunc(form.Key, notKey) {
		return checkoutForm{}, fmt.Errorf("%w: key", errNotOurForm)
	}
	texts := values["item"]
	if len(texts) == 0 || len(texts) > cart.MaxLines {
		return checkoutForm{}, fmt.Errorf("%w: %d items", errNotOurForm, len(texts))
	}
	var lines []cart.Line
	for _, text := range texts {
		line, err := cart.ParseLine(text)
		if err != nil {
			return checkoutForm{}, fmt.Errorf("%w: %w", errNotOurForm, err)
		}
		lines = append(lines, line)
	}
	var err error
	if form.Items, err = cart.New(lines); err != nil {
		return checkoutForm{}, fmt.Errorf("%w: %w", errNotOurForm, err)
	}
	if text := values.Get("total"); text != "" {
		total, err := money.Parse(text)
		if err != nil {
			return checkoutForm{}, fmt.Errorf("%w: total", errNotOurForm)
		}
		form.Total = &total
	}
	form.Prices = readPrices(values["price"])
	return form, nil
}

// readPrices reads what pricesOf writes. They are shown and nothing more, so what makes no sense is left out.
func readPrices(texts []string) map[int64]money.Cents {
	prices := map[int64]money.Cents{}
	for _, text := range texts[:min(len(texts), cart.MaxLines)] {
		id, price, _ := strings.Cut(text, "=")
		product, err := cart.ParseProduct(id)
		cents, priceErr := money.Parse(price)
		if err == nil && priceErr == nil {
			prices[product] = cents
		}
	}
	return prices
}

// pricesOf is what a page shows of each product, as its form carries it.
func pricesOf(view cartView) []string {
	var texts []string
	for _, line := range view.Lines {
		if line.Priced {
			texts = append(texts, fmt.Sprintf("%d=%s", line.ID, line.Price))
		}
	}
	return texts
}

// customerProblem says what is wrong with the name, nothing if it will do.
func (f checkoutForm) customerProblem() string {
	switch {
	case f.Customer == "":
		return "Please enter your name."
	case !utf8.ValidString(f.Customer) || strings.ContainsFunc(f.Customer, unicode.IsControl):
		return "Please use letters that can be read."
	case utf8.RuneCountInString(f.Customer) > customerMax:
		return fmt.Sprintf("Please use at most %d characters.", customerMax)
	}
	return ""
}

func notKey(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') }

// sentence is a message of a backend as a sentence of ours.
func sentence(message string) string {
	if message == "" {
		return "That was refused."
	}
	return strings.TrimRight(message, ".") + "."
}
