// Command cmd reads from the Prometheus of running stacks what is exported there, and writes local.json. Run it after a rule
// or a dashboard asks for something new, on the local stack and on that of make drill-alerts, which has PostgreSQL and is
// broken:
//
//	go run ./infra/exported/cmd infra/exported/local.json http://localhost:30090 http://NODE:30290
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/exported"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: cmd FILE PROMETHEUS [PROMETHEUS …]")
	}
	var series []map[string]string
	for _, prometheus := range args[1:] {
		found, err := list(prometheus)
		if err != nil {
			return err
		}
		series = append(series, found...)
	}
	metrics, err := exported.Of(series)
	if err != nil {
		return err
	}
	text, err := metrics.JSON()
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], []byte(text), 0o644)
}

// list asks Prometheus for the labels of every series.
func list(prometheus string) (series []map[string]string, err error) {
	query := url.Values{"match[]": {`{__name__!=""}`}}
	client := http.Client{Timeout: time.Minute}
	response, err := client.Get(strings.TrimSuffix(prometheus, "/") + "/api/v1/series?" + query.Encode())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	var answer struct {
		Error string
		Data  []map[string]string
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", prometheus, response.Status, err)
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("%s: %s", prometheus, answer.Error)
	}
	return answer.Data, nil
}
