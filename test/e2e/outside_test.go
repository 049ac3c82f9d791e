package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// openOutwards lets pods reach the machine that the cluster is on, as on any cluster whose nodes can reach anything: what
// they send out takes the node's address. Only policies stand between pods and the machine until the test ends. It
// returns the machine's address.
func (p *platform) openOutwards(t *testing.T) string {
	t.Helper()
	p.ruleOnNode(t, "nat", "POSTROUTING -o eth0 -j MASQUERADE")
	link, err := netip.ParsePrefix(output(t, "", "cat", filepath.Join(p.dir, ".local", "cluster", "subnet")))
	if err != nil {
		t.Fatal(err)
	}
	return link.Addr().Next().String()
}

// listenOutside stands in for the internet: a server on the machine that takes any connection.
func listenOutside(t *testing.T, address string) string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // the test has ended
			}
			connection.Close()
		}
	}()
	return listener.Addr().String()
}

// loadBalancer stands in for what is between customers and the cluster: it listens on the machine, outside the cluster, and
// forwards to the shop's node port. Cut off, it answers as one that has lost its backends does.
type loadBalancer struct {
	// url is its address, as customers and the probe know it.
	url    string
	cutOff atomic.Bool
	// certificate is the one that it shows, where it speaks TLS.
	certificate atomic.Pointer[tls.Certificate]
}

// balance runs a load balancer for a shop on an address of the machine until the test ends: over TLS, where it is given a
// certificate.
func balance(t *testing.T, address, shop string, certificate *tls.Certificate) *loadBalancer {
	t.Helper()
	backend, err := url.Parse(shop)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	b := &loadBalancer{url: "http://" + listener.Addr().String()}
	if certificate != nil {
		b.url = "https://" + listener.Addr().String()
		b.certificate.Store(certificate)
		listener = tls.NewListener(listener, &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return b.certificate.Load(), nil
		}})
	}
	proxy := httputil.NewSingleHostReverseProxy(backend)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.cutOff.Load() {
			http.Error(w, "no healthy backend", http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	})}
	go server.Serve(listener) //nolint:errcheck // it says that it was closed, when the test ends
	t.Cleanup(func() { server.Close() })
	return b
}

// certificateFor is a certificate for an address, signed by nobody but itself, and its text for those who shall trust it.
func certificateFor(t *testing.T, address string, valid time.Duration) (*tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(valid),
		IPAddresses: []net.IP{net.ParseIP(address)}, IsCA: true, BasicConstraintsValid: true,
	}
	content, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{content}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: content})
}
