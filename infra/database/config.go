package database

import (
	"embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

//go:embed scripts
var scripts embed.FS

const scriptFolder = "scripts"

// files are what the server and its jobs find in /config.
func files(s server) (pulumi.StringMap, error) {
	data := pulumi.StringMap{
		"postgresql.conf": pulumi.String(serverSettings(*s.Postgres)),
		"pg_hba.conf":     pulumi.String(access(s.roles(), s.Postgres.Metrics != nil)),
		"passwd":          pulumi.String(passwd(s.UID)),
	}
	entries, err := scripts.ReadDir(scriptFolder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		content, err := scripts.ReadFile(scriptFolder + "/" + entry.Name())
		if err != nil {
			return nil, err
		}
		data[entry.Name()] = pulumi.String(content)
	}
	return data, nil
}

// serverSettings sizes the caches from the memory limit by PostgreSQL's own rules of thumb: a quarter for the shared
// cache, half counted on from the kernel, and what connections may use at once within another quarter.
func serverSettings(p Postgres) string {
	workKiB := max(p.MemoryMiB*1024/4/p.MaxConnections, 64)
	settings := [][2]string{
		{"listen_addresses", "'*'"},
		{"port", strconv.Itoa(port)},
		{"unix_socket_directories", "'/tmp'"},
		{"hba_file", "'/config/pg_hba.conf'"},
		{"password_encryption", "scram-sha-256"},
		{"max_connections", strconv.Itoa(p.MaxConnections)},
		{"shared_buffers", strconv.Itoa(p.MemoryMiB/4) + "MB"},
		{"effective_cache_size", strconv.Itoa(p.MemoryMiB/2) + "MB"},
		{"maintenance_work_mem", strconv.Itoa(max(p.MemoryMiB/16, 1)) + "MB"},
		{"work_mem", strconv.Itoa(workKiB) + "kB"},
		{"idle_in_transaction_session_timeout", "'60s'"},
		{"log_min_duration_statement", "'1s'"},
		{"timezone", "'UTC'"},
	}
	var text strings.Builder
	for _, setting := range settings {
		fmt.Fprintf(&text, "%s = %s\n", setting[0], setting[1])
	}
	return text.String()
}

// access lets each role into its own database and the backup role into all, by password, and whoever reads metrics into
// the one that holds nothing. The superuser has none and
// comes only by the socket, which only the server's own container can see.
func access(roles []string, metrics bool) string {
	lines := []string{"local all postgres trust", "host all backup all scram-sha-256"}
	if metrics {
		lines = append(lines, "host postgres metrics all scram-sha-256")
	}
	for _, role := range roles {
		lines = append(lines, "host "+role+" "+role+" all scram-sha-256")
	}
	return strings.Join(append(lines, "host all all all reject"), "\n") + "\n"
}

// passwd names our user, because initdb refuses to run as one without a name.
func passwd(uid int) string { return fmt.Sprintf("postgres:x:%d:%d::/tmp:/bin/sh\n", uid, uid) }
