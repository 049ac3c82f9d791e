package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/internal/dial"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// Limits of one attempt. Of an answer only the status counts; a little of the body is read so that the connection can
// be used again.
const (
	timeout     = 10 * time.Second
	answerLimit = 4 << 10
	headerLimit = 16 << 10
	// longestReason bounds what is kept of why an attempt failed.
	longestReason = 200
)

// errGone is a receiver's word that it wants no more of an event.
var errGone = errors.New("answered 410 Gone")

// sender posts events.
type sender struct{ http *http.Client }

// newSender follows no redirects: a signed event is for the address that was configured.
func newSender() sender {
	return sender{&http.Client{
		Transport: &http.Transport{
			DialContext:            dial.Context,
			MaxIdleConnsPerHost:    workers,
			IdleConnTimeout:        30 * time.Second,
			TLSHandshakeTimeout:    5 * time.Second,
			MaxResponseHeaderBytes: headerLimit,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// send makes one attempt. Any status from 200 to 299 accepts the event. wait is how long the receiver asks not to be
// tried again, 0 if it does not say.
func (s sender) send(ctx context.Context, to Receiver, event Event) (wait time.Duration, err error) {
	body, err := json.Marshal(payloadOf(event))
	if err != nil {
		return 0, fmt.Errorf("event %s: encode: %w", event.ID, err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return 0, errors.New("the URL cannot be requested")
	}
	now := time.Now()
	// In the specification's spelling: receivers that are not written in Go may compare letter by letter.
	request.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"TechCommerce"},
		HeaderID: {event.ID}, HeaderTimestamp: {strconv.FormatInt(now.Unix(), 10)},
		HeaderSignature: {Sign(to.Keys, event.ID, now, body)},
	}
	answer, err := s.http.Do(request)
	if err != nil {
		return 0, reasonOf(err)
	}
	defer answer.Body.Close() //nolint:errcheck // nothing of it is needed
	_, _ = io.CopyN(io.Discard, answer.Body, answerLimit)
	switch {
	case answer.StatusCode/100 == 2:
		return 0, nil
	case answer.StatusCode == http.StatusGone:
		return 0, errGone
	}
	seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // a date, or nonsense, says nothing here
	return time.Duration(max(0, min(seconds, int(longestPause.Seconds())))) * time.Second,
		fmt.Errorf("answered %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
}

// reasonOf is why nothing was answered, without the receiver's address, which may have a secret in it.
func reasonOf(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		return fmt.Errorf("did not answer within %s", timeout)
	}
	return err
}

// payload is an event as receivers read it: type, timestamp and data, as Standard Webhooks recommends. It names no
// customer: a receiver that needs more asks order-api for the order.
type payload struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      data   `json:"data"`
}

type data struct {
	Order    int64        `json:"order"`
	Sequence int64        `json:"sequence"`
	Status   order.Status `json:"status"`
	Total    money.Cents  `json:"total"`
	Items    []order.Item `json:"items"`
	Reason   string       `json:"reason,omitempty"`
}

func payloadOf(e Event) payload {
	p := payload{
		Type: "order." + string(e.Status), Timestamp: e.At.UTC().Format("2006-01-02T15:04:05.000Z"),
		Data: data{Order: e.Order, Sequence: e.Sequence, Status: e.Status, Total: e.Total, Items: e.Items},
	}
	if e.Problem != nil {
		p.Data.Reason = e.Problem.Message
	}
	return p
}
