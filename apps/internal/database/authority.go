package database

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
)

var errMalformed = errors.New("malformed URL")

// trust has the server at an address prove its name with a certificate of the authorities in a file; without a file it
// leaves the address as it is. An address that says sslmode=verify-ca is content with any name.
func trust(address, file string) (string, error) {
	if file == "" {
		return address, nil
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return "", errMalformed
	}
	query := parsed.Query()
	switch mode := query.Get("sslmode"); mode {
	case "":
		query.Set("sslmode", "verify-full")
	case "verify-full", "verify-ca":
	default:
		return "", fmt.Errorf("sslmode=%s asks nobody for a certificate of the given authorities, want verify-full or verify-ca", mode)
	}
	if err := checkAuthorities(file); err != nil {
		return "", err
	}
	query.Set("sslrootcert", file)
	parsed.RawQuery = query.Encode()
	return parsed.String(), nil
}

// checkAuthorities says why a file is no list of certificates.
func checkAuthorities(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("certificate authorities: %w", err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(content) {
		return fmt.Errorf("certificate authorities: no certificate in %s, want PEM", file)
	}
	return nil
}
