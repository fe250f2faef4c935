package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// binary is the compiled tests of a package, over the instrumented one.
type binary struct {
	pkg     string
	dir     string // where its tests run
	program string
	suites  []suite
	// bad are the tests that fail without a change, such as those that count
	// allocations.
	bad []string
}

// suite is a test, or a part of one, with the functions that it enters.
type suite struct {
	path   []string // its name and before it those of the tests that it is a part of
	takes  time.Duration
	parts  []suite
	enters map[int]bool
}

// splitAbove is how long a test may take and still be run whole: of a longer
// one only those parts are run that enter what is changed.
const splitAbove = 300 * time.Millisecond

// build compiles the tests of a package, and runs each once without a change to
// learn what it enters.
func (m *module) build(ctx context.Context, pkg, overlay, dir string) (*binary, error) {
	b := &binary{pkg: pkg, dir: m.packages[pkg].Dir,
		program: filepath.Join(dir, strings.ReplaceAll(pkg, "/", "_")+".test")}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.program, pkg)
	cmd.Dir = m.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, out)
	}
	out, err := b.run(ctx, "0", "", "-test.v")
	tests, bad := readRun(out)
	if b.bad = bad; err != nil && (len(bad) == 0 || ctx.Err() != nil) {
		return nil, fmt.Errorf("the tests of %s fail without a change: %w\n%s", pkg, err, out)
	}
	for _, test := range tests {
		traced, err := b.traced(ctx, test, dir)
		if err != nil {
			return nil, fmt.Errorf("a test of %s fails without a change: %w", pkg, err)
		}
		b.suites = append(b.suites, traced...)
	}
	return b, nil
}

// traced traces a suite, or its parts where it takes long and they run by
// themselves.
func (b *binary) traced(ctx context.Context, s suite, dir string) ([]suite, error) {
	nested := func(part suite) bool { return strings.Contains(part.path[len(part.path)-1], "/") }
	if s.takes > splitAbove && len(s.parts) > 0 && !slices.ContainsFunc(s.parts, nested) {
		var list []suite
		for _, part := range s.parts {
			traced, err := b.traced(ctx, part, dir)
			if err != nil {
				list = nil
				break
			}
			list = append(list, traced...)
		}
		if list != nil {
			return list, nil
		}
	}
	began := time.Now()
	var err error
	s.enters, err = b.trace(ctx, s, dir)
	s.takes = time.Since(began)
	return []suite{s}, err
}

var outcomes = regexp.MustCompile(`(?m)^( *)--- (PASS|FAIL|SKIP): (\S+) \(([0-9.]+)s\)$`)

// readRun reads the tests of a verbose run that have passed, and the names of
// those that have failed. The outcomes of parts follow that of their test.
func readRun(out string) (tests []suite, bad []string) {
	found := outcomes.FindAllStringSubmatch(out, -1)
	var read func(depth int, parent []string) []suite
	read = func(depth int, parent []string) (list []suite) {
		for len(found) > 0 && (depth == 0 || len(found[0][1]) == 4*depth) {
			f := found[0]
			if found = found[1:]; len(f[1]) > 4*depth {
				continue // what a test has written
			}
			name := strings.TrimPrefix(f[3], strings.Join(parent, "/")+"/")
			seconds, _ := strconv.ParseFloat(f[4], 64)
			s := suite{path: append(slices.Clone(parent), name), takes: time.Duration(seconds * float64(time.Second))}
			s.parts = read(depth+1, s.path)
			switch {
			case f[2] == "PASS":
				list = append(list, s)
			case f[2] == "FAIL" && depth == 0:
				bad = append(bad, name)
			}
		}
		return list
	}
	tests = read(0, nil)
	return tests, bad
}

// trace runs a suite without a change and returns which functions it enters.
func (b *binary) trace(ctx context.Context, s suite, dir string) (map[int]bool, error) {
	file := filepath.Join(dir, "entered")
	defer os.Remove(file)
	if out, err := b.run(ctx, file, only(s)); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(s.path, "/"), err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	enters := make(map[int]bool)
	for word := range strings.FieldsSeq(string(data)) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, err
		}
		enters[n] = true
	}
	return enters, nil
}

// only is the pattern of suites that are parts of the same test.
func only(list ...suite) string {
	var pattern strings.Builder
	last := len(list[0].path) - 1
	for _, name := range list[0].path[:last] {
		pattern.WriteString("^" + regexp.QuoteMeta(name) + "$/")
	}
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = regexp.QuoteMeta(s.path[last])
	}
	return pattern.String() + "^(" + strings.Join(names, "|") + ")$"
}

// textTests hold statements, their plans and the drawings of the flow, and
// would notice any change of their text, right or wrong.
const textTests = "^TestPlans$|^TestStatementsOfEachOperation$|^TestFlow_Drawings$"

var failures = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)

var errHangs = errors.New("hangs")

// run runs tests with a change, given by its number, or without one: for 0, or
// for the name of a file that is told what they enter.
func (b *binary) run(ctx context.Context, change, only string, flags ...string) (string, error) {
	flags = append(flags, "-test.short", "-test.failfast="+strconv.FormatBool(only != ""), "-test.skip",
		strings.Join(append([]string{textTests}, anchored(b.bad)...), "|"))
	if only != "" {
		flags = append(flags, "-test.run", only)
	}
	cmd := exec.CommandContext(ctx, b.program, flags...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), environment+"="+change)
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return out.String(), err
}

func anchored(tests []string) (patterns []string) {
	for _, test := range tests {
		patterns = append(patterns, "^"+regexp.QuoteMeta(test)+"$")
	}
	return patterns
}

// kill returns the test that finds a change of what is entered; false where none
// does. Those that take least are asked first, and before them the hint, a test
// that has found another change.
func (b *binary) kill(ctx context.Context, n, entered int, hint string) (test string, found bool) {
	groups := b.covering(entered)
	if hint != "" {
		groups = append([][]suite{{{path: strings.Split(hint, "/")}}}, groups...)
	}
	for _, group := range groups {
		limit := 10*time.Second + 4*sum(group)
		if hint != "" {
			limit, hint = time.Minute, ""
		}
		in, cancel := context.WithTimeoutCause(ctx, limit, errHangs)
		out, err := b.run(in, strconv.Itoa(n), only(group...))
		cancel()
		if err != nil {
			return failed(out, err), true
		}
	}
	return "", false
}

// covering groups the suites that enter a function as they are run together:
// the parts of a test, and the tests that take little.
func (b *binary) covering(entered int) (groups [][]suite) {
	at := make(map[string]int)
	for _, s := range b.suites {
		if !s.enters[entered] {
			continue
		}
		name := strings.Join(s.path[:len(s.path)-1], "/")
		if name == "" && s.takes > splitAbove {
			name = s.path[0]
		}
		if _, known := at[name]; !known {
			at[name] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[name]] = append(groups[at[name]], s)
	}
	slices.SortStableFunc(groups, func(a, b []suite) int { return cmp.Compare(sum(a), sum(b)) })
	return groups
}

// sum is how long suites take.
func sum(list []suite) (takes time.Duration) {
	for _, s := range list {
		takes += s.takes
	}
	return takes
}

func failed(out string, err error) string {
	switch f := failures.FindAllStringSubmatch(out, -1); {
	case f != nil:
		return f[len(f)-1][1]
	case errors.Is(err, errHangs):
		return "(a test that hangs)"
	}
	return "(a panic)"
}
