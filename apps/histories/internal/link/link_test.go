package link_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/link"
)

// short is for what must not happen, long for what must.
const (
	short = 50 * time.Millisecond
	long  = 10 * time.Second
)

// mustLink is a link to something that answers each byte with the same byte, where a reply is an exclamation mark.
func mustLink(t *testing.T) *link.Link {
	t.Helper()
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := echo.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); _ = conn.Close() }() // ends with the test
		}
	}()
	gone := link.Target{Network: "tcp", Address: "127.0.0.1:1"}
	isReply := func(chunk []byte) bool { return string(chunk) == "!" }
	l, err := link.New("test", isReply, gone, link.Target{Network: "tcp", Address: echo.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = l.Close(), echo.Close() })
	return l
}

func mustDial(t *testing.T, l *link.Link) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", l.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// ask sends a byte and returns what comes back within a time.
func ask(conn net.Conn, what string, within time.Duration) (string, error) {
	if _, err := conn.Write([]byte(what)); err != nil {
		return "", err
	}
	return hear(conn, within)
}

func hear(conn net.Conn, within time.Duration) (string, error) {
	if err := conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return "", err
	}
	buffer := make([]byte, 1)
	n, err := conn.Read(buffer)
	return string(buffer[:n]), err
}

func TestPassesOnPastATargetThatRefuses(t *testing.T) {
	t.Parallel()
	l := mustLink(t)
	for range 4 { // each connection begins with another target
		if got, err := ask(mustDial(t, l), "a", long); got != "a" {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

func TestHoldsUntilHealed(t *testing.T) {
	t.Parallel()
	l := mustLink(t)
	conn := mustDial(t, l)
	l.Hold()
	if got, err := ask(conn, "a", short); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("while held: got %q, %v", got, err)
	}
	l.Heal()
	if got, err := hear(conn, long); got != "a" {
		t.Errorf("after it: got %q, %v", got, err)
	}
}

func TestDelays(t *testing.T) {
	t.Parallel()
	l := mustLink(t)
	conn := mustDial(t, l)
	l.Delay(short)
	begun := time.Now()
	if got, err := ask(conn, "a", long); got != "a" || time.Since(begun) < 2*short {
		t.Errorf("got %q, %v after %s, want it after %s", got, err, time.Since(begun), 2*short)
	}
}

func TestCutEndsWhatIsOpenAndNothingElse(t *testing.T) {
	t.Parallel()
	l := mustLink(t)
	conn := mustDial(t, l)
	if _, err := ask(conn, "a", long); err != nil {
		t.Fatal(err)
	}
	l.Cut()
	if got, err := hear(conn, long); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection that was cut: got %q, %v", got, err)
	}
	if got, err := ask(mustDial(t, l), "a", long); got != "a" {
		t.Errorf("a new connection: got %q, %v", got, err)
	}
}

func TestDropLosesOneReply(t *testing.T) {
	t.Parallel()
	l := mustLink(t)
	l.Drop(1)
	conn := mustDial(t, l)
	for _, passes := range []string{"a", "!", "b"} {
		if got, err := ask(conn, passes, long); got != passes {
			t.Errorf("%s: got %q, %v", passes, got, err)
		}
	}
	if got, err := ask(conn, "!", long); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the second reply: got %q, %v, want the connection reset", got, err)
	}
	if got, err := ask(mustDial(t, l), "!", long); got != "!" || l.Dropped() != 1 {
		t.Errorf("afterwards: got %q, %v, %d dropped, want one only", got, err, l.Dropped())
	}
}

func TestPostgresReplies(t *testing.T) {
	t.Parallel()
	const idle, inside = "Z\x00\x00\x00\x05I", "Z\x00\x00\x00\x05T"
	for chunk, want := range map[string]bool{
		"C\x00\x00\x00\x0bCOMMIT\x00" + idle:                    true,
		"2\x00\x00\x00\x04C\x00\x00\x00\x0dUPDATE 1\x00" + idle: true,
		"C\x00\x00\x00\x0dUPDATE 1\x00" + inside:                false,
		"C\x00\x00\x00\x0dROLLBACK\x00" + idle:                  false,
		"1\x00\x00\x00\x04" + idle:                              false,
		"SELECT 1":                                              false,
	} {
		if got := link.Postgres([]byte(chunk)); got != want {
			t.Errorf("%q is a completed command: %t, want %t", chunk, got, want)
		}
	}
}
