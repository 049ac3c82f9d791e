package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestShopShowsProducts(t *testing.T) {
	t.Parallel()
	page := newVisitor(t, mustOpen(t).url).open("/")
	if page.status != http.StatusOK {
		t.Fatalf("GET / is %d, want 200", page.status)
	}
	mustShow(t, page, "Laptop $999.99 50 in stock Add to cart", "Mouse $29.99", "Your cart is empty.")
	badges := map[string]string{"3": "Low Stock", "4": "Out of Stock", "5": "", "6": "Low Stock"}
	for id, want := range badges {
		if got := badge(page.body, id); got != want {
			t.Errorf("product %s has the badge %q, want %q", id, got, want)
		}
	}
	for id, want := range map[string]bool{"1": false, "3": false, "4": true} {
		button := regexp.MustCompile(`<button id="add-` + id + `"[^>]*>`).FindString(page.body)
		if got := strings.Contains(button, "disabled"); got != want {
			t.Errorf("the button of product %s: %s; disabled %t, want %t", id, button, got, want)
		}
	}
}

func badge(page, id string) string {
	_, tile, _ := strings.Cut(page, `id="product-`+id+`"`)
	tile, _, _ = strings.Cut(tile, "</li>")
	found := regexp.MustCompile(`class="badge[^>]*>([^<]*)`).FindStringSubmatch(tile)
	if found == nil {
		return ""
	}
	return found[1]
}

func TestSearch(t *testing.T) {
	t.Parallel()
	visitor := newVisitor(t, mustOpen(t).url)
	tests := []struct {
		name, text string
		shows      []string
		hides      []string
	}{
		{name: "finds a part of a name in any case", text: "oNiT", shows: []string{"Monitor"}, hides: []string{"Laptop"}},
		{name: "shows everything for nothing", text: " ", shows: []string{"Laptop", "Monitor"}},
		{name: "says when there is nothing", text: "toaster", shows: []string{"No products found."}},
		{name: "does not mind markup", text: "<b>", shows: []string{"Results for “<b>”"}},
		{name: "does not mind what is no text", text: "mou\x00\xffse", shows: []string{"Mouse"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := visitor.open("/?q=" + url.QueryEscape(tt.text))
			mustShow(t, page, tt.shows...)
			mustNotShow(t, page, tt.hides...)
		})
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.products.set(func(f *fakeProducts) {
		for i := int64(7); i <= 30; i++ {
			f.list = append(f.list, fakeProduct{ID: i, Name: fmt.Sprintf("Part %d", i), Price: "1.00", Stock: 50})
		}
	})
	visitor := newVisitor(t, s.url)
	first := visitor.open("/")
	mustShow(t, first, "Part 24 ", "Next")
	mustNotShow(t, first, "Part 25 ", "Previous")
	second := visitor.open("/?page=2")
	mustShow(t, second, "Part 25 ", "Part 30 ", "Previous")
	mustNotShow(t, second, "Part 24 ", "Next")
	mustShow(t, visitor.open("/?page=99999999999"), "Laptop")
}

func TestEveryKindOfProductHasAPicture(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.products.set(func(f *fakeProducts) {
		f.list = nil
		for i, name := range []string{
			"Speaker", "Smartphone", "Tablet", "Webcam", "Charger", "Printer", "SSD", "Notebook", "Ultrawide screen",
			"Headset", "Flux capacitor", "",
		} {
			f.list = append(f.list, fakeProduct{ID: int64(i + 1), Name: name, Price: "1.00", Stock: 50})
		}
	})
	page := newVisitor(t, s.url).open("/")
	if got := strings.Count(page.body, `class="picture`); page.status != http.StatusOK || got != 12 {
		t.Errorf("%d with %d pictures, want 200 with 12", page.status, got)
	}
}

func TestCart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		// pressed is what was pressed: button and product.
		pressed []string
		shows   []string
	}{
		{name: "adds a product", pressed: []string{"add 1"}, shows: []string{"Laptop: 1 in your cart.", "Total $999.99"}},
		{
			name: "counts pieces and totals in cents", pressed: []string{"add 2", "add 2", "more 2", "add 3"},
			shows: []string{"Quantity: 3", "$89.97", "Total $169.96", "Cart 4 items in your cart"},
		},
		{name: "takes one piece out", pressed: []string{"add 1", "add 1", "less 1"}, shows: []string{"Total $999.99"}},
		{name: "takes the line out with the last piece", pressed: []string{"add 1", "less 1"}, shows: []string{"is empty"}},
		{name: "removes a line", pressed: []string{"add 1", "add 1", "add 2", "remove 1"}, shows: []string{"Total $29.99"}},
		{
			name: "holds no more than there is", pressed: []string{"add 6", "add 6", "add 6"},
			shows: []string{"Stand: Only 2 left.", "Quantity: 2", "All in your cart"},
		},
		{name: "refuses what is sold out", pressed: []string{"add 4"}, shows: []string{"Monitor: Out of stock.", "is empty"}},
		{name: "refuses what is not sold", pressed: []string{"add 99"}, shows: []string{"no longer sold", "is empty"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			visitor := newVisitor(t, mustOpen(t).url)
			var page answer
			for _, pressed := range tt.pressed {
				button, product, _ := strings.Cut(pressed, " ")
				page = visitor.press(button, product)
			}
			mustShow(t, page, tt.shows...)
			mustNotShow(t, visitor.open("/"), "in your cart.", "Only 2 left.") // a notice is shown once
		})
	}
}

func TestCartFollowsTheShelf(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	for _, product := range []string{"1", "1", "2", "3"} {
		visitor.press("add", product)
	}
	s.products.set(func(f *fakeProducts) {
		f.list = []fakeProduct{{ID: 1, Name: "Laptop", Price: "899.00", Stock: 1}, {ID: 3, Name: "Keyboard", Price: "79.99"}}
	})
	page := visitor.open("/")
	mustShow(t, page, "$899.00 each Only 1 left", "No longer sold", "Out of stock", "Please change what is marked")
	mustNotShow(t, page, "Checkout")
}

func TestChangeLeadsBack(t *testing.T) {
	t.Parallel()
	visitor := newVisitor(t, mustOpen(t).url)
	visitor.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got := visitor.submit("/cart/items/2", url.Values{"do": {"add"}, "q": {"mou & se"}, "page": {"2"}})
	if want := "/?page=2&q=mou+%26+se#product-2"; got.status != http.StatusSeeOther || got.header.Get("Location") != want {
		t.Errorf("got %d to %q, want 303 to %q", got.status, got.header.Get("Location"), want)
	}
}

func TestBadForms(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	tests := []struct {
		name, path string
		form       url.Values
		status     int
	}{
		{name: "an unknown button", path: "/cart/items/1", form: url.Values{"do": {"steal"}}, status: 400},
		{name: "no button", path: "/cart/items/1", status: 400},
		{name: "no product's id", path: "/cart/items/one", form: url.Values{"do": {"add"}}, status: 404},
		{name: "an id that overflows", path: "/cart/items/9999999999999999999", form: url.Values{"do": {"add"}}, status: 404},
		{name: "too large a form", path: "/cart/items/1", form: url.Values{"do": {strings.Repeat("a", 1<<17)}}, status: 413},
		{name: "a checkout without anything", path: "/checkout", status: 400},
		{
			name: "a checkout without items", path: "/checkout", status: 400,
			form: url.Values{"key": {strings.Repeat("A", 26)}, "customer": {"Eve"}},
		},
		{
			name: "a checkout of too many", path: "/checkout", status: 400,
			form: url.Values{"key": {strings.Repeat("A", 26)}, "customer": {"Eve"}, "item": {"1x1000"}},
		},
		{
			name: "a checkout with a key of its own", path: "/checkout", status: 400,
			form: url.Values{"key": {"1"}, "customer": {"Eve"}, "item": {"1x1"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := newVisitor(t, s.url).submit(tt.path, tt.form)
			if page.status != tt.status || !strings.Contains(page.header.Get("Content-Type"), "text/html") {
				t.Errorf("got %d %s, want a page with %d", page.status, page.header.Get("Content-Type"), tt.status)
			}
		})
	}
	t.Cleanup(func() {
		if placed := s.orders.placed(); len(placed) != 0 {
			t.Errorf("bad forms ordered %v", placed)
		}
	})
}
