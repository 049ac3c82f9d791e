package database_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const (
	accessKey = "given-access-key"
	secretKey = "given-secret-key"
	backup    = "2026-01-31T03-15-00Z"
)

// TestUpload sends a backup to a store that holds each request to Amazon's rules of signing.
func TestUpload(t *testing.T) {
	t.Parallel()
	s := &store{secret: secretKey, kept: map[string]string{}}
	if said, err := upload(t, s); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want := map[string]string{
		"/shop-backups/" + backup + "/order_api.dump":   "orders",
		"/shop-backups/" + backup + "/product_api.dump": "products",
	}
	if !maps.Equal(s.kept, want) {
		t.Errorf("the store has %q, want %q", s.kept, want)
	}
}

// TestRefusedUploadFails: a backup that only seems to have been sent away is found out when it is needed.
func TestRefusedUploadFails(t *testing.T) {
	t.Parallel()
	s := &store{secret: "another-secret-key", kept: map[string]string{}}
	said, err := upload(t, s)
	if err == nil || len(s.kept) > 0 {
		t.Errorf("got %v, %q kept, want it refused:\n%s", err, s.kept, said)
	}
	if strings.Contains(said, secretKey) {
		t.Errorf("shows the key:\n%s", said)
	}
}

// upload runs the job's script on two dumps.
func upload(t *testing.T, s *store) (string, error) {
	t.Helper()
	server := httptest.NewTLSServer(s)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	mustWrite(t, dir, "name", backup+"\n")
	mustWrite(t, dir, "backups/"+backup+"/order_api.dump", "orders")
	mustWrite(t, dir, "backups/"+backup+"/product_api.dump", "products")
	block := pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	mustWrite(t, dir, "ca.crt", string(pem.EncodeToMemory(&block)))
	script, err := os.ReadFile("scripts/upload.sh")
	if err != nil {
		t.Fatal(err)
	}
	// Where the pod has its volumes.
	text := strings.NewReplacer("/tmp/name", dir+"/name", "/backups/", dir+"/backups/").Replace(string(script))
	command := exec.Command("sh", "-c", text)
	command.Env = append(os.Environ(), "CURL_CA_BUNDLE="+dir+"/ca.crt", "ENDPOINT="+server.URL, "REGION=eu-central-1",
		"BUCKET=shop-backups", "ACCESS_KEY="+accessKey, "SECRET_KEY="+secretKey)
	said, err := command.CombinedOutput()
	return string(said), err
}

func mustWrite(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// store keeps what is put into it by whoever has the secret.
type store struct {
	secret string
	mu     sync.Mutex
	kept   map[string]string
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	digest := sha256.Sum256(body)
	whole := r.Header.Get("X-Amz-Content-Sha256") == hex.EncodeToString(digest[:])
	if err != nil || r.Method != http.MethodPut || !whole || !s.signed(r) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[r.URL.Path] = string(body)
}

var authorization = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 Credential=` + accessKey + `/(\d{8})/eu-central-1/s3/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$`)

// signed repeats the signature (AWS Signature Version 4).
func (s *store) signed(r *http.Request) bool {
	parts := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return false
	}
	date, names, signature := parts[1], parts[2], parts[3]
	var canonical bytes.Buffer
	canonical.WriteString(r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n")
	for _, name := range strings.Split(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	canonical.WriteString("\n" + names + "\n" + r.Header.Get("X-Amz-Content-Sha256"))
	digest := sha256.Sum256(canonical.Bytes())
	text := "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n" + date + "/eu-central-1/s3/aws4_request\n" +
		hex.EncodeToString(digest[:])
	key := []byte("AWS4" + s.secret)
	for _, step := range []string{date, "eu-central-1", "s3", "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(step))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key) == signature
}
