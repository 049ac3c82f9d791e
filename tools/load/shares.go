package main

// kind is one thing that customers do.
type kind string

const (
	page    kind = "page"
	list    kind = "list"
	product kind = "product"
	search  kind = "search"
	place   kind = "order"
	look    kind = "own order"
	cancel  kind = "cancel"
)

// share is how many of a hundred requests are of a kind. Shops have few orders beside what is browsed: one request in
// twenty is more than most see.
type share struct {
	kind    kind
	percent int
}

func shares() []share {
	return []share{{page, 30}, {list, 20}, {product, 25}, {search, 15}, {place, 5}, {look, 3}, {cancel, 2}}
}

// pick turns a number from 0 to 99 into a kind.
func pick(number int) kind {
	for _, s := range shares() {
		if number -= s.percent; number < 0 {
			return s.kind
		}
	}
	return page
}
