package database

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// contracting marks a migration that takes away what only older releases need, with the version of the schema that a release
// must know to work without it.
var contracting = regexp.MustCompile(`(?m)^-- \+contract ([0-9]+)$`)

// breaking are the statements that the release before cannot live with while it serves beside the new one.
var breaking = []struct {
	statement *regexp.Regexp
	why       string
}{
	{regexp.MustCompile(`\bRENAME\b`), "renames what the release before calls by its old name"},
	{regexp.MustCompile(`^ALTER TABLE .*\bDROP (COLUMN|CONSTRAINT|DEFAULT|EXPRESSION|IDENTITY)\b|^ALTER TABLE \S+ DROP\b`),
		"takes away what the release before reads or relies on"},
	{regexp.MustCompile(`^DROP (VIEW|MATERIALIZED VIEW|SEQUENCE|TYPE|FUNCTION|TRIGGER|SCHEMA)\b`), "takes away what the release before may use"},
	{regexp.MustCompile(`^TRUNCATE\b`), "empties a table that the release before reads"},
	{regexp.MustCompile(`\bALTER( COLUMN)? \S+ (SET DATA )?TYPE\b`), "changes a type that the release before writes"},
	{regexp.MustCompile(`\bSET NOT NULL\b`), "refuses rows that the release before writes"},
	{regexp.MustCompile(`\$[A-Z_0-9]*\$|^DO\b`), "runs statements that this check cannot read; write them out"},
	{regexp.MustCompile(`\bADD (CONSTRAINT|CHECK|UNIQUE|PRIMARY KEY|FOREIGN KEY)\b`), "refuses rows that the release before writes"},
}

var (
	// unread is text that is no statement. Whatever of it begins first ends where it ends: a literal may have dashes in it.
	unread     = regexp.MustCompile(`'(?:[^']|'')*'|--[^\n]*|(?s:/\*.*?\*/)`)
	spaces     = regexp.MustCompile(`\s+`)
	dropIndex  = regexp.MustCompile(`^DROP INDEX (?:CONCURRENTLY )?(?:IF EXISTS )?(\S+)`)
	dropTable  = regexp.MustCompile(`^DROP TABLE (?:IF EXISTS )?(\S+)`)
	makeTable  = regexp.MustCompile(`^CREATE TABLE (?:IF NOT EXISTS )?(\S+)`)
	addColumn  = regexp.MustCompile(`\bADD (?:COLUMN )?(?:IF NOT EXISTS )?([A-Z_0-9"]+) ([^,]*)`)
	makeUnique = regexp.MustCompile(`^CREATE UNIQUE INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(\S+) ON (\S+?) ?\(([^)]*)\)`)
)

// statements are those of the way up, in upper case, without comments and the text of literals.
func statements(migration string) []string {
	up, _, _ := strings.Cut(migration, "-- +goose Down")
	up = unread.ReplaceAllStringFunc(up, func(text string) string {
		if strings.HasPrefix(text, "'") {
			return "''"
		}
		return " "
	})
	var list []string
	for statement := range strings.SplitSeq(up, ";") {
		if statement = strings.TrimSpace(spaces.ReplaceAllString(strings.ToUpper(statement), " ")); statement != "" {
			list = append(list, statement)
		}
	}
	return list
}

// schema is what the release before knows: the tables and the unique indexes that earlier migrations have made.
type schema struct{ tables, uniques map[string]bool }

func newSchema() schema { return schema{map[string]bool{}, map[string]bool{}} }

// learn adds what a migration makes.
func (s schema) learn(migration string) {
	for _, statement := range statements(migration) {
		if made := makeTable.FindStringSubmatch(statement); made != nil {
			s.tables[made[1]] = true
		}
		if made := makeUnique.FindStringSubmatch(statement); made != nil {
			s.uniques[made[1]] = true
		}
	}
}

// breaks lists why the release before could not serve on while the migration runs, and after it.
func (s schema) breaks(migration string) []string {
	const takes = ": takes away what the release before reads or relies on"
	var found, tables, columns []string
	all := statements(migration)
	for i, statement := range all {
		if made := makeTable.FindStringSubmatch(statement); made != nil {
			tables = append(tables, made[1])
			continue
		}
		if dropped := dropTable.FindStringSubmatch(statement); dropped != nil &&
			(s.tables[dropped[1]] || !madeLater(all[i:], dropped[1])) {
			found = append(found, statement+takes)
		}
		if dropped := dropIndex.FindStringSubmatch(statement); dropped != nil && s.uniques[dropped[1]] {
			found = append(found, statement+takes+": ON CONFLICT needs the index")
		}
		for _, b := range breaking {
			if b.statement.MatchString(statement) {
				found = append(found, statement+": "+b.why)
			}
		}
		for _, added := range addColumn.FindAllStringSubmatch(statement, -1) {
			columns = append(columns, added[1])
			if strings.Contains(added[2], "NOT NULL") && !strings.Contains(added[2], "DEFAULT") {
				found = append(found, statement+": the release before writes no "+strings.ToLower(added[1])+"; give it a DEFAULT")
			}
		}
		if unique := makeUnique.FindStringSubmatch(statement); unique != nil && !slices.Contains(tables, unique[2]) &&
			!slices.ContainsFunc(strings.Split(unique[3], ","), func(column string) bool {
				return slices.Contains(columns, strings.TrimSpace(column))
			}) {
			found = append(found, statement+": refuses rows that the release before writes")
		}
	}
	return found
}

// madeLater says whether a table is dropped only to be made anew: what a backup was restored over may have one.
func madeLater(statements []string, table string) bool {
	return slices.ContainsFunc(statements, func(statement string) bool {
		made := makeTable.FindStringSubmatch(statement)
		return made != nil && made[1] == table
	})
}

// check lists what is wrong with a migration: all but the first either keep to what the release before can live with, and
// say so, or say which schema a release must know to live without what they take away.
func (s schema) check(version int, migration string) []string {
	marked, contracts := strings.Contains(migration, contract.CompatibleMigration), contracting.FindStringSubmatch(migration)
	switch {
	case version == 1:
		return nil
	case marked && contracts != nil:
		return []string{"is marked both " + contract.CompatibleMigration + " and " + contracts[0]}
	case marked:
		return s.breaks(migration)
	case contracts == nil:
		return []string{fmt.Sprintf("mark it %s if releases that do not know it work on, or -- +contract N if only those "+
			"that know version N of the schema do", contract.CompatibleMigration)}
	}
	if since, err := strconv.Atoi(contracts[1]); err != nil || since < 1 || since >= version {
		return []string{fmt.Sprintf("%s: want a version from 1 to %d", contracts[0], version-1)}
	}
	return nil
}

// TestMigrationsLetTheReleaseBeforeServe reads this repository's own migrations.
func TestMigrationsLetTheReleaseBeforeServe(t *testing.T) {
	files, err := filepath.Glob("../../*/*/sqlstore/migrations/*/*.sql")
	if err != nil || len(files) < 4 {
		t.Fatalf("found %d migrations (%v), want those of both services for both databases", len(files), err)
	}
	known := map[string]schema{} // by folder; Glob sorts
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		number, _, _ := strings.Cut(filepath.Base(file), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s has no version", file)
		}
		folder := filepath.Dir(file)
		if known[folder].tables == nil {
			known[folder] = newSchema()
		}
		for _, problem := range known[folder].check(version, string(text)) {
			t.Errorf("%s: %s", strings.TrimPrefix(file, "../../"), problem)
		}
		known[folder].learn(string(text))
	}
}

// known is the schema of the tests below.
func known() schema {
	s := newSchema()
	s.learn("CREATE TABLE orders (id BIGINT); CREATE INDEX o ON orders (id); CREATE UNIQUE INDEX orders_key ON orders (key)")
	return s
}

func TestWhatTheReleaseBeforeCannotLiveWithIsRefused(t *testing.T) {
	for _, statement := range []string{
		"ALTER TABLE orders DROP COLUMN owner",
		"alter table orders\n  drop owner",
		"ALTER TABLE orders RENAME COLUMN owner TO visitor",
		"ALTER TABLE orders RENAME TO purchases",
		"DROP TABLE orders",
		"DROP TABLE IF EXISTS orders; CREATE TABLE others (id BIGINT)",
		"CREATE TABLE orders (id BIGINT); DROP TABLE orders",
		"ALTER TABLE orders ADD COLUMN owner TEXT NOT NULL",
		"ALTER TABLE orders ADD COLUMN a TEXT NOT NULL DEFAULT '', ADD COLUMN b TEXT NOT NULL",
		"ALTER TABLE orders ALTER COLUMN total_cents TYPE INTEGER",
		"ALTER TABLE orders ALTER total_cents SET DATA TYPE INTEGER",
		"ALTER TABLE orders ALTER COLUMN owner SET NOT NULL",
		"ALTER TABLE orders ALTER COLUMN history DROP DEFAULT",
		"ALTER TABLE orders ADD CONSTRAINT paid CHECK (total_cents > 0) NOT VALID",
		"CREATE UNIQUE INDEX orders_customer ON orders (customer)",
		"TRUNCATE orders",
		"DROP VIEW sales",
		"DROP TABLE IF EXISTS orders; CREATE TABLE orders (id BIGINT)",
		"DROP INDEX IF EXISTS orders_key",
		"DO $$ BEGIN ALTER TABLE orders DROP COLUMN owner; END $$",
		"CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $body$ DROP TABLE orders $body$",
		"ALTER TABLE orders /* ; */ DROP COLUMN owner",
		"INSERT INTO notes (text) VALUES ('--'); DROP TABLE orders",
	} {
		migration := "-- +goose Up\n-- +compatible\n" + statement + ";\n"
		if len(known().check(2, migration)) == 0 {
			t.Errorf("%s: passes", statement)
		}
		if found := known().check(3, strings.Replace(migration, "+compatible", "+contract 2", 1)); len(found) > 0 {
			t.Errorf("%s, once nothing needs what it takes away: %q", statement, found)
		}
	}
}

func TestWhatTheReleaseBeforeCanLiveWithPasses(t *testing.T) {
	for _, statement := range []string{
		"ALTER TABLE orders ADD COLUMN IF NOT EXISTS owner TEXT",
		"ALTER TABLE orders ADD COLUMN history TEXT NOT NULL DEFAULT ''",
		"CREATE INDEX orders_owner ON orders (owner, id) WHERE owner IS NOT NULL",
		"DROP TABLE IF EXISTS keys; CREATE TABLE keys (id TEXT NOT NULL UNIQUE); CREATE UNIQUE INDEX k ON keys (id)",
		"ALTER TABLE orders ADD COLUMN scope TEXT; CREATE UNIQUE INDEX u ON orders (scope, customer) WHERE scope IS NOT NULL",
		"ALTER TABLE orders ALTER COLUMN owner SET DEFAULT ''",
		"ALTER TABLE orders ALTER COLUMN owner DROP NOT NULL",
		"INSERT INTO notes (text) VALUES ('DROP TABLE orders; RENAME')",
		"SELECT 1 -- DROP TABLE orders",
		"SELECT 1 /* DROP TABLE orders; */",
		"DROP INDEX IF EXISTS o",
		"SELECT 1;\n-- +goose Down\nDROP TABLE orders",
	} {
		if found := known().check(2, "-- +goose Up\n-- +compatible\n"+statement+";\n"); len(found) > 0 {
			t.Errorf("%s: %q", statement, found)
		}
	}
}

func TestAMigrationSaysWhoCanLiveWithIt(t *testing.T) {
	for _, migration := range []string{
		"SELECT 1;", "-- +compatible\n-- +contract 2\nSELECT 1;", "-- +contract 0\nSELECT 1;", "-- +contract 3\nSELECT 1;",
	} {
		if len(known().check(3, "-- +goose Up\n"+migration)) == 0 {
			t.Errorf("%q passes", migration)
		}
	}
}
