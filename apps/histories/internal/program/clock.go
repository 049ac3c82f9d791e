package program

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	movedSource = "apps/histories/internal/moved/moved.go"
	movedFolder = "apps/internal/moved"
	movedImport = "github.com/techcommerce/platform/" + movedFolder
)

var (
	now           = regexp.MustCompile(`\btime\.Now\b`)
	packageClause = regexp.MustCompile(`(?m)^package \w+\n`)
)

// moveClock has every source file of the services ask package moved for the time. The kernel has no clock of the day
// per process, and a library that is loaded before others does not reach into a static binary.
func (o *overlay) moveClock() error {
	o.Replace[filepath.Join(o.root, movedFolder, "moved.go")] = filepath.Join(o.root, movedSource)
	changed := 0
	err := filepath.WalkDir(filepath.Join(o.root, "apps"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "histories" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := o.read(path)
		if err != nil || !now.MatchString(text) {
			return err
		}
		changed++
		text = now.ReplaceAllString(text, "moved.Now")
		clause := packageClause.FindString(text)
		text = strings.Replace(text, clause, clause+"\nimport \""+movedImport+"\"\n", 1)
		return o.write(path, text+"\nvar _ = time.Now // so that the import of time stays used\n")
	})
	if err == nil && changed == 0 {
		err = errors.New("no source file asks for the time")
	}
	return err
}
