package throttle

import "net/http"

// How many wrong keys one client may send at once, and how many a second after that.
const (
	guessesAtOnce    = 10
	guessesPerSecond = 1
)

// Guesses slows down clients that send wrong keys. Whoever has sent too many is told nothing of the next one either if it
// is short enough to be guessed, for otherwise the right one would pass at any rate.
type Guesses struct {
	clients Clients
	wrong   *buckets
}

// NewGuesses has seen nobody yet.
func NewGuesses(clients Clients) *Guesses {
	return &Guesses{clients: clients, wrong: newBuckets(guessesPerSecond, guessesAtOnce)}
}

// TooMany says whether the client of a request has sent so many wrong keys that nothing is told of this one.
func (g *Guesses) TooMany(r *http.Request) bool { return g.wrong.empty(network(g.clients.Of(r))) }

// Wrong notes that the client of a request has sent a wrong key.
func (g *Guesses) Wrong(r *http.Request) { g.wrong.allow(network(g.clients.Of(r))) }
