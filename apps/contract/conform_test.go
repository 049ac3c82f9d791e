package contract_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/techcommerce/platform/apps/contract"
)

// conforming is a transport that holds every answer, and every request that was accepted, against the description of
// the API.
type conforming struct {
	tb  testing.TB
	api validator.Validator
}

// mustDescribe reads the description of a service from the repository.
func mustDescribe(tb testing.TB, service contract.Service) []byte {
	tb.Helper()
	description, err := os.ReadFile("../" + service.Name + contract.DescriptionPath)
	if err != nil {
		tb.Fatal(err)
	}
	return description
}

func mustConform(tb testing.TB, service contract.Service) *http.Client {
	tb.Helper()
	document, err := libopenapi.NewDocument(mustDescribe(tb, service))
	if err != nil {
		tb.Fatalf("%s: %v", service.Name, err)
	}
	api, problems := validator.NewValidator(document)
	if len(problems) > 0 {
		tb.Fatalf("%s: %v", service.Name, errors.Join(problems...))
	}
	if ok, problems := api.ValidateDocument(); !ok {
		for _, problem := range problems {
			tb.Errorf("%s is no valid OpenAPI: %s", service.Name, problem.Message)
		}
	}
	return &http.Client{Transport: conforming{tb, api}}
}

func (c conforming) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := drain(&r.Body)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	received, err := drain(&response.Body)
	if err != nil {
		return nil, err
	}
	described := r.Clone(r.Context())
	described.Body = io.NopCloser(bytes.NewReader(sent))
	if strings.HasPrefix(r.URL.Path, "/products") || strings.HasPrefix(r.URL.Path, "/orders") {
		described.URL.Path = "/api" + r.URL.Path // the old short form of the same path
	}
	if c.undescribed(r, response) {
		return response, nil
	}
	check := c.api.ValidateHttpResponse
	if response.StatusCode < http.StatusBadRequest {
		check = c.api.ValidateHttpRequestResponse
	}
	if ok, problems := check(described, response); !ok {
		for _, problem := range problems {
			c.tb.Errorf("%s %s %d is not as described: %s: %s\nsent %.300s\nreceived %.300s", r.Method, r.URL,
				response.StatusCode, problem.Message, problem.Reason, sent, received)
		}
	}
	response.Body = io.NopCloser(bytes.NewReader(received))
	return response, nil
}

// undescribed are answers that no description holds: to paths and methods that do not exist, to order-api, and the
// description itself.
func (c conforming) undescribed(r *http.Request, response *http.Response) bool {
	return response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusMethodNotAllowed ||
		r.Method == http.MethodHead || r.URL.Path == contract.DescriptionPath ||
		strings.HasPrefix(r.URL.Path, contract.ReservationsPath)
}

// drain reads a body and puts the same one back.
func drain(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	content, err := io.ReadAll(*body)
	if err = errors.Join(err, (*body).Close()); err != nil {
		return nil, err
	}
	*body = io.NopCloser(bytes.NewReader(content))
	return content, nil
}
