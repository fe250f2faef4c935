package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// binary is the compiled tests of a package, over the instrumented one.
type binary struct {
	pkg     string
	dir     string // where its tests run
	program string
	skip    string        // the tests that fail without a change, such as those that count allocations
	takes   time.Duration // without a change
}

// build compiles the tests of a package, and runs them once without a change.
func (m *module) build(ctx context.Context, pkg, overlay, dir string) (*binary, error) {
	b := &binary{pkg: pkg, dir: m.packages[pkg].Dir, skip: textTests,
		program: filepath.Join(dir, strings.ReplaceAll(pkg, "/", "_")+".test")}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.program, pkg)
	cmd.Dir = m.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, out)
	}
	began := time.Now()
	out, err := b.run(ctx, 0, "", false, 10*time.Minute)
	b.takes = time.Since(began)
	if err == nil {
		return b, nil
	}
	failed := failures.FindAllStringSubmatch(out, -1)
	if len(failed) == 0 || ctx.Err() != nil {
		return nil, fmt.Errorf("the tests of %s fail without a change: %w\n%s", pkg, err, out)
	}
	for _, f := range failed {
		b.skip += "|^" + f[1] + "$"
	}
	if out, err = b.run(ctx, 0, "", false, 10*time.Minute); err != nil {
		return nil, fmt.Errorf("the tests of %s fail without a change: %w\n%s", pkg, err, out)
	}
	return b, nil
}

// textTests hold statements, their plans and the drawings of the flow, and
// would notice any change of their text, right or wrong.
const textTests = "^TestPlans$|^TestStatementsOfEachOperation$|^TestFlow_Drawings$"

var failures = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

var errHangs = errors.New("hangs")

// run runs the tests with a change, or without one for 0.
func (b *binary) run(ctx context.Context, n int, only string, failfast bool, limit time.Duration) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errHangs)
	defer cancel()
	args := []string{"-test.short", "-test.skip", b.skip, "-test.failfast=" + strconv.FormatBool(failfast)}
	if only != "" {
		args = append(args, "-test.run", "^"+regexp.QuoteMeta(only)+"$")
	}
	cmd := exec.CommandContext(ctx, b.program, args...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), environment+"="+strconv.Itoa(n))
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return out.String(), err
}

// kill returns the test that finds a change; false where none does. The hint is
// a test to ask first.
func (b *binary) kill(ctx context.Context, n int, hint string) (test string, found bool) {
	limit := 10*b.takes + 10*time.Second
	if hint != "" {
		if out, err := b.run(ctx, n, hint, true, limit); err != nil {
			return failed(out, err), true
		}
	}
	if out, err := b.run(ctx, n, "", true, limit); err != nil {
		return failed(out, err), true
	}
	return "", false
}

func failed(out string, err error) string {
	switch f := failures.FindStringSubmatch(out); {
	case f != nil:
		return f[1]
	case errors.Is(err, errHangs):
		return "(a test that hangs)"
	}
	return "(a panic)"
}
