package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAReaderSeesItsOwnWrite has a read under way when something is written, and another reader come after it.
func TestAReaderSeesItsOwnWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		known := newAnswers()
		read := func(shows string, takes time.Duration) <-chan string {
			got := make(chan string, 1)
			go func() {
				found, err := known.of("a", func() (answer, error) {
					time.Sleep(takes)
					return answer{body: []byte(shows)}, nil
				})
				got <- fmt.Sprint(string(found.body), err)
			}()
			synctest.Wait()
			return got
		}
		early := read("old", time.Second)
		known.forget(1) // the write has ended
		if got := <-read("new", 0); got != "new<nil>" {
			t.Errorf("while the load from before the write runs, a reader gets %s, want what was written", got)
		}
		if got := <-early; got != "old<nil>" {
			t.Errorf("who came before the write gets %s, want old", got)
		}
		if got := <-read("new", 0); got != "new<nil>" {
			t.Errorf("after that load has ended, a reader gets %s, want what was written", got)
		}
	})
}

func TestAnswersForgetWhatAWriteChanges(t *testing.T) {
	t.Parallel()
	known := newAnswers()
	loads := 0
	ask := func(key string, shows ...int64) {
		_, err := known.of(key, func() (answer, error) {
			loads++
			return answer{body: []byte(key), shows: shows}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	all := func() { ask("1", 1); ask("2", 2); ask("page", 1, 2, 3); ask("nothing") }
	all()
	for _, test := range []struct {
		name   string
		forget []int64
		loads  int
	}{
		{"all products", nil, 4},
		{"product 2", []int64{2}, 2},
		{"products 1 and 2", []int64{1, 2}, 3},
		{"a product that none shows", []int64{9}, 0},
	} {
		loads = 0
		known.forget(test.forget...)
		all()
		if loads != test.loads {
			t.Errorf("%s: %d answers are loaded anew, want %d", test.name, loads, test.loads)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	known := newAnswers()
	ask := func(key string, size int) {
		_, err := known.of(key, func() (answer, error) { return answer{body: []byte(strings.Repeat("a", size))}, nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 * mostKept {
		ask(fmt.Sprint("small ", i), 10)
	}
	if len(known.known) > mostKept {
		t.Errorf("%d answers are kept, want at most %d", len(known.known), mostKept)
	}
	for i := range 40 {
		ask(fmt.Sprint("large ", i), 1<<20)
	}
	ask("too large", mostBytes+1)
	sum := 0
	for _, a := range known.known {
		sum += len(a.body)
	}
	if sum > mostBytes || sum != known.bytes {
		t.Errorf("%d bytes are kept and %d counted, want at most %d", sum, known.bytes, mostBytes)
	}
}

// TestAnAnswerAgesFromTheBeginningOfItsLoad: what a slow store brings may be as old as the question.
func TestAnAnswerAgesFromTheBeginningOfItsLoad(t *testing.T) {
	t.Parallel()
	for took, wantKept := range map[time.Duration]time.Duration{
		0: kept, kept / 5: kept - kept/5, kept: 0, 3 * kept: 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			known := newAnswers()
			loads := 0
			ask := func(slow time.Duration) {
				_, err := known.of("a", func() (answer, error) {
					loads++
					time.Sleep(slow)
					return answer{body: []byte("a")}, nil
				})
				if err != nil {
					t.Error(err)
				}
			}
			ask(took)
			if wantKept > 0 {
				time.Sleep(wantKept - time.Millisecond)
				if ask(0); loads != 1 {
					t.Errorf("an answer that took %s is not kept for %s", took, wantKept)
				}
				time.Sleep(time.Millisecond)
			}
			if ask(0); loads != 2 {
				t.Errorf("an answer that took %s is kept for longer than %s", took, wantKept)
			}
		})
	}
}

// TestNobodyWaitsForALoadThatBeganTooLongAgo has a store hang: who comes later asks it anew, and gets what is there then.
func TestNobodyWaitsForALoadThatBeganTooLongAgo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		known := newAnswers()
		begun := time.Now()
		ask := func(at time.Duration, want string) {
			time.Sleep(at - time.Since(begun))
			found, err := known.of("a", func() (answer, error) {
				body := []byte("read at " + time.Since(begun).String())
				time.Sleep(2 * kept)
				return answer{body: body}, nil
			})
			if err != nil || string(found.body) != want {
				t.Errorf("who asks after %s gets what was %q, %v, want %s", at, found.body, err, want)
			}
		}
		go ask(0, "read at 0s")
		synctest.Wait()
		go ask(kept-1, "read at 0s")
		go ask(kept, "read at "+kept.String())
		go ask(2*kept-1, "read at "+kept.String())
		time.Sleep(10 * kept)
		synctest.Wait()
		if len(known.loading) != 0 {
			t.Errorf("%d loads are remembered after all have ended", len(known.loading))
		}
	})
}

func TestAFailedLoadIsNotKept(t *testing.T) {
	t.Parallel()
	known := newAnswers()
	if _, err := known.of("a", func() (answer, error) { return answer{}, errors.New("not now") }); err == nil {
		t.Error("the failure is not told")
	}
	if found, err := known.of("a", func() (answer, error) { return answer{body: []byte("b")}, nil }); err != nil ||
		string(found.body) != "b" {
		t.Errorf("after a failure: %q, %v", found.body, err)
	}
}
