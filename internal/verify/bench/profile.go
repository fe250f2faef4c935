package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// hotPaths are the sides that are profiled: how often they run, and the
// function of the library that counts.
var hotPaths = []struct {
	contest, entry string
	times          int
}{
	{"apply/event", `supervision\.Order\.Apply`, 500_000},
	{"operations/stateless", `supervision\.Order\.Operations`, 500_000},
	{"template/check", `template\.Template\.Check`, 50_000},
	{"replay", `supervision\.Replay`, 500},
	{"do/sqlite/1", `supervision\.\(\*Service\)\.Do`, 5_000},
	{"do/postgres/1", `supervision\.\(\*Service\)\.Do`, 5_000},
	{"do/mariadb/1", `supervision\.\(\*Service\)\.Do`, 5_000},
	{"settle/sqlite/set", `supervision\.\(\*Service\)\.Settle`, 20_000},
	{"settle/postgres/set", `supervision\.\(\*Service\)\.Settle`, 20_000},
	{"relay/sqlite", `supervision\.\(\*Service\)\.Relay`, 20_000},
	{"relay/postgres", `supervision\.\(\*Service\)\.Relay`, 20_000},
	{"page/sqlite/100000/1", `supervision\.\(\*Service\)\.Search`, 2_000},
	{"page/postgres/100000/1", `supervision\.\(\*Service\)\.Search`, 2_000},
}

type owner struct{ name, functions string }

// owners are whose time it is. They overlap: JSON allocates, too.
var owners = []owner{
	{"looplab/fsm", `looplab/fsm`},
	{"JSON", `encoding/json`},
	{"database/sql, driver", `database/sql|jackc/pgx|go-sql-driver|modernc\.org`},
	{"allocating", `runtime\.(mallocgc|growslice)`},
}

// printProfile profiles each hot path in a process of its own and prints whose
// the time and the allocations are.
func printProfile() error {
	dir, err := os.MkdirTemp("", "serviceflow-profiles")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, kind := range []struct {
		title, flag, index string
		owners             []owner
	}{
		{"processor time of the calling process", "-cpuprofile", "cpu", owners},
		{"allocations, by number", "-memprofile", "alloc_objects", owners[:len(owners)-1]},
	} {
		fmt.Printf("| share of the %s |", kind.title)
		for _, o := range kind.owners {
			fmt.Printf(" %s |", o.name)
		}
		fmt.Print("\n|---|" + strings.Repeat("---|", len(kind.owners)) + "\n")
		for _, p := range hotPaths {
			file := filepath.Join(dir, "profile")
			pattern := "^BenchmarkContest$/^" + strings.ReplaceAll(p.contest, "/", "$/^") + "$/^side=ours$"
			args := []string{"test", benchPackage, "-run", "^$", "-bench", pattern, "-benchtime",
				fmt.Sprintf("%dx", p.times), "-o", filepath.Join(dir, "test"), kind.flag, file}
			if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			if err := printShares(p.contest, file, kind.index, p.entry, kind.owners); err != nil {
				return err
			}
		}
		fmt.Println()
	}
	return nil
}

const benchPackage = "github.com/koogallery/serviceflow/internal/verify/bench"

func printShares(contest, file, index, entry string, owners []owner) error {
	whole, err := total(file, index, entry, "")
	if err != nil {
		return err
	}
	if whole == 0 {
		fmt.Printf("| %s | none%s\n", contest, strings.Repeat(" |", len(owners)))
		return nil
	}
	fmt.Printf("| %s |", contest)
	for _, o := range owners {
		part, err := total(file, index, entry, o.functions)
		if err != nil {
			return err
		}
		fmt.Printf(" %.0f %% |", 100*part/whole)
	}
	fmt.Println()
	return nil
}

var shown = regexp.MustCompile(`Showing nodes accounting for ([0-9.]+)([a-z]*)`)

// total adds up what a profile has below an entry, as far as it passes
// functions.
func total(file, index, entry, functions string) (float64, error) {
	out, err := exec.Command("go", "tool", "pprof", "-top", "-nodefraction=0", "-nodecount=1000000",
		"-sample_index="+index,
		"-show_from="+entry, "-focus="+functions, file).Output()
	if err != nil {
		return 0, nil // pprof fails where nothing matches
	}
	found := shown.FindStringSubmatch(string(out))
	if found == nil {
		return 0, nil
	}
	value, err := strconv.ParseFloat(found[1], 64)
	return value * map[string]float64{"": 1, "s": 1, "ms": 1e-3, "us": 1e-6, "mins": 60, "min": 60,
		"hrs": 3600}[found[2]], err
}
