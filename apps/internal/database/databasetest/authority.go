package databasetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
)

// Authority vouches for servers' names.
type Authority struct {
	// File has its certificate.
	File string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

// MustAuthority makes one that nobody knows yet.
func MustAuthority(tb testing.TB) *Authority {
	tb.Helper()
	a := &Authority{File: filepath.Join(tb.TempDir(), "ca.crt")}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "databasetest"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		tb.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		tb.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		tb.Fatal(err)
	}
	mustPEM(tb, a.File, "CERTIFICATE", der)
	return a
}

// MustSecure has a server run anew that accepts TLS only, over TCP, with a certificate of the authority. The settings are
// those of a new database there, without the authority; unnamed is another address of it, which the certificate lacks.
func (s *Server) MustSecure(tb testing.TB, by *Authority) (made database.Settings, unnamed string) {
	tb.Helper()
	// Addresses of the loopback that nobody else has, so that the port is free.
	host := net.IPv4(127, byte(64+mathrand.N(64)), byte(mathrand.N(256)), byte(1+mathrand.N(254)))
	other := net.IPv4(127, host[13]+64, host[14], host[15])
	certificate, key := filepath.Join(s.dir, "server.crt"), filepath.Join(s.dir, "server.key")
	by.mustIssue(tb, host, certificate, key)
	access := filepath.Join(s.dir, "access")
	err := os.WriteFile(access, []byte("local all all trust\nhostssl all all all trust\n"), 0o644)
	if s.account != nil {
		for _, file := range []string{certificate, key} {
			err = errors.Join(err, os.Chown(file, int(s.account.Uid), int(s.account.Gid)))
		}
	}
	err = errors.Join(err, s.Stop(), s.Run("listen_addresses="+host.String()+","+other.String(), "hba_file="+access,
		"ssl=on", "ssl_cert_file="+certificate, "ssl_key_file="+key))
	if err != nil {
		tb.Fatalf("server with TLS: %v", err)
	}
	made = s.MustCreate(tb)
	at := func(host net.IP) string {
		return "postgres://postgres@" + host.String() + databasePath(made.URL) + "?sslmode=verify-full"
	}
	unnamed = at(other)
	made.URL = at(host)
	return made, unnamed
}

func (a *Authority) mustIssue(tb testing.TB, host net.IP, certificate, keyFile string) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}, a.cert, key.Public(), a.key)
	if err != nil {
		tb.Fatal(err)
	}
	mustPEM(tb, certificate, "CERTIFICATE", der)
	if der, err = x509.MarshalECPrivateKey(key); err != nil {
		tb.Fatal(err)
	}
	mustPEM(tb, keyFile, "EC PRIVATE KEY", der)
}

func mustPEM(tb testing.TB, file, kind string, der []byte) {
	tb.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		tb.Fatal(err)
	}
}
