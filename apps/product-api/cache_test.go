package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestAReaderSeesItsOwnWrite has a read under way when something is written, and another reader come after it.
func TestAReaderSeesItsOwnWrite(t *testing.T) {
	t.Parallel()
	known := newAnswers()
	begun, goOn, early := make(chan struct{}), make(chan struct{}), make(chan string, 1)
	go func() {
		found, err := known.of("a", func() (answer, error) {
			close(begun)
			<-goOn
			return answer{body: []byte("old")}, nil
		})
		early <- fmt.Sprint(string(found.body), err)
	}()
	<-begun
	known.forget(1) // the write has ended
	for _, when := range []string{"while the load from before the write runs", "after it has ended"} {
		found, err := known.of("a", func() (answer, error) { return answer{body: []byte("new")}, nil })
		if err != nil || string(found.body) != "new" {
			t.Errorf("%s, a reader gets %q, %v, want what was written", when, found.body, err)
		}
		if when == "while the load from before the write runs" {
			close(goOn)
			if got := <-early; got != "old<nil>" {
				t.Errorf("who came before the write gets %s, want old", got)
			}
		}
	}
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
