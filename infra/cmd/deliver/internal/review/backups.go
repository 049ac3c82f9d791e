package review

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// restores finds what loads a backup over what the databases hold. The job is there again each time that its name changes.
func restores(s step) []Finding {
	if s.kind() != "Job" || !strings.Contains(s.name(), "-restore-") || s.Op != "create" && !s.replaced() {
		return nil
	}
	_, backup, _ := strings.Cut(s.name(), "-restore-")
	return []Finding{{Risk: DataLoss, Why: "loads the backup " + strings.ToUpper(backup) +
		" over what the databases hold: every order since then is gone"}}
}

// keepDays is the variable of a backup that says for how long it is kept.
const keepDays = "KEEP_DAYS"

// backups finds what makes them fewer, older or nothing.
func backups(s step) []Finding {
	if s.kind() != "CronJob" || !strings.Contains(s.name(), "backup") || s.Op != "update" {
		return nil
	}
	var whys []string
	if s.will("spec.suspend") == true && s.was("spec.suspend") != true {
		whys = append(whys, "no backups are made while it is suspended")
	}
	if was, will := days(s.was), days(s.will); will < was {
		whys = append(whys, fmt.Sprintf("backups older than %d days are deleted, until now %d", will, was))
	}
	return each(DataLoss, whys)
}

// days is how long backups are kept in one of a step's states.
func days(state func(string) any) int {
	containers, _ := state("spec.jobTemplate.spec.template.spec.containers").([]any)
	initial, _ := state("spec.jobTemplate.spec.template.spec.initContainers").([]any)
	for _, container := range slices.Concat(containers, initial) {
		variables, _ := at(container, "env").([]any)
		for _, variable := range variables {
			if at(variable, "name") == keepDays {
				number, err := strconv.Atoi(fmt.Sprint(at(variable, "value")))
				if err == nil {
					return number
				}
			}
		}
	}
	return 0
}

// retention is how Prometheus is told for how long to keep what it measured.
var retention = regexp.MustCompile(`--storage\.tsdb\.retention\.time=(\S+)`)

// history finds that measurements are kept for a shorter time.
func history(s step) []Finding {
	if s.kind() != "StatefulSet" && s.kind() != "Deployment" || s.Op != "update" {
		return nil
	}
	was, will := kept(s.was("spec.template.spec.containers")), kept(s.will("spec.template.spec.containers"))
	if was == 0 || will == 0 || will >= was {
		return nil
	}
	return []Finding{{Risk: DataLoss, Why: fmt.Sprintf("measurements older than %d days are deleted, until now %d",
		int(will.Hours()/24), int(was.Hours()/24))}}
}

func kept(containers any) time.Duration {
	match := retention.FindStringSubmatch(fmt.Sprint(containers))
	if match == nil {
		return 0
	}
	return duration(strings.Trim(match[1], `"],`))
}

// duration reads 30d, 5m and 15s as Prometheus writes them; zero for what is none.
func duration(text string) time.Duration {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		number, err := strconv.Atoi(days)
		if err != nil {
			return 0
		}
		return time.Duration(number) * 24 * time.Hour
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return d
}
