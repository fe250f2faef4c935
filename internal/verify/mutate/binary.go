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

// suite is a test that is run by itself, or one of those that are run together,
// with the functions that it enters.
type suite struct {
	test, sub string // sub is empty unless the test is run in parts
	takes     time.Duration
	enters    map[int]bool
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
	b.suites, b.bad = readRun(out)
	if err != nil && (len(b.bad) == 0 || ctx.Err() != nil) {
		return nil, fmt.Errorf("the tests of %s fail without a change: %w\n%s", pkg, err, out)
	}
	var traced []suite
	whole := make(map[string]bool) // tests whose parts do not run by themselves
	for _, s := range b.suites {
		if s.sub != "" && whole[s.test] {
			continue
		}
		began := time.Now()
		if s.enters, err = b.trace(ctx, s, dir); err != nil && s.sub != "" {
			whole[s.test] = true
			s.sub = ""
			traced = slices.DeleteFunc(traced, func(part suite) bool { return part.test == s.test })
			s.enters, err = b.trace(ctx, s, dir)
		}
		if err != nil {
			return nil, fmt.Errorf("the test %s of %s fails without a change: %w", s.test, pkg, err)
		}
		s.takes = time.Since(began)
		traced = append(traced, s)
	}
	b.suites = traced
	return b, nil
}

var outcomes = regexp.MustCompile(`(?m)^( *)--- (PASS|FAIL|SKIP): (\S+) \(([0-9.]+)s\)$`)

// readRun reads the tests of a verbose run, long ones in parts, and those that
// have failed. A part's result follows its test's.
func readRun(out string) (suites []suite, bad []string) {
	var parts []suite
	flush := func() {
		last, nested := len(suites)-1, func(s suite) bool { return strings.Contains(s.sub, "/") }
		if len(parts) > 1 && suites[last].takes > splitAbove && !slices.ContainsFunc(parts, nested) {
			suites = append(suites[:last], parts...)
		}
		parts = nil
	}
	failed := false
	for _, r := range outcomes.FindAllStringSubmatch(out, -1) {
		seconds, _ := strconv.ParseFloat(r[4], 64)
		takes := time.Duration(seconds * float64(time.Second))
		test, sub, _ := strings.Cut(r[3], "/")
		switch {
		case r[1] == "":
			flush()
			if failed = r[2] == "FAIL"; failed {
				bad = append(bad, test)
			} else if r[2] == "PASS" {
				suites = append(suites, suite{test: test, takes: takes})
			}
		case len(r[1]) == 4 && !failed && r[2] == "PASS":
			parts = append(parts, suite{test: test, sub: sub, takes: takes})
		}
	}
	flush()
	return suites, bad
}

// trace runs a suite without a change and returns which functions it enters.
func (b *binary) trace(ctx context.Context, s suite, dir string) (map[int]bool, error) {
	file := filepath.Join(dir, "entered")
	defer os.Remove(file)
	if out, err := b.run(ctx, file, only(s)); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
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

// only is the pattern of some suites, all of one test unless they are whole.
func only(list ...suite) string {
	var tests, subs []string
	for _, s := range list {
		tests = append(tests, regexp.QuoteMeta(s.test))
		subs = append(subs, regexp.QuoteMeta(s.sub))
	}
	pattern := "^(" + strings.Join(slices.Compact(tests), "|") + ")$"
	if list[0].sub != "" {
		pattern += "/^(" + strings.Join(subs, "|") + ")$"
	}
	return pattern
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
// does. Those that take least are asked first.
func (b *binary) kill(ctx context.Context, n, entered int) (test string, found bool) {
	for _, group := range b.covering(entered) {
		limit := 10 * time.Second
		for _, s := range group {
			limit += 10 * s.takes
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

// covering groups the suites that enter a function as they can be run together.
func (b *binary) covering(entered int) (groups [][]suite) {
	at := make(map[string]int)
	for _, s := range b.suites {
		if !s.enters[entered] {
			continue
		}
		name := ""
		if s.sub != "" || s.takes > splitAbove {
			name = s.test
		}
		if _, known := at[name]; !known {
			at[name] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[name]] = append(groups[at[name]], s)
	}
	takes := func(group []suite) (sum time.Duration) {
		for _, s := range group {
			sum += s.takes
		}
		return sum
	}
	slices.SortStableFunc(groups, func(a, b []suite) int { return cmp.Compare(takes(a), takes(b)) })
	return groups
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
