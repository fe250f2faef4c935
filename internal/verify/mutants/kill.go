package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// killer is the test that failed first.
type killer struct {
	pkg  string // as the plot names it, such as "./appeal"
	test string // with its subtest
}

// String is how the table shows a killer.
func (k killer) String() string { return strings.TrimPrefix(k.pkg, "./") + " " + k.test }

// only is a pattern for go test -run that matches nothing but the killer.
func (k killer) only() string {
	parts := strings.Split(k.test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

var errSurvived = errors.New("survived")

// confirm runs the killer without the mutant, where it has to pass: a test that
// fails anyway has found nothing.
func (k killer) confirm(ctx context.Context, root string) error {
	if _, err := run(ctx, root, "", k.pkg, k.only()); !errors.Is(err, errSurvived) {
		return errors.Join(fmt.Errorf("%s fails without the mutant, too", k), err)
	}
	return nil
}

// kill runs the test that killed the mutant last, if one did, and then its
// packages until a test fails.
func (p planted) kill(ctx context.Context, root string, last killer) (killer, error) {
	overlay, err := p.overlay(root)
	if err != nil {
		return killer{}, err
	}
	defer os.RemoveAll(filepath.Dir(overlay))
	if last.test != "" {
		if k, err := run(ctx, root, overlay, last.pkg, last.only()); err == nil || !errors.Is(err, errSurvived) {
			return k, err
		}
	}
	for _, pkg := range p.tests {
		if k, err := run(ctx, root, overlay, pkg, ""); err == nil || !errors.Is(err, errSurvived) {
			return k, err
		}
	}
	return killer{}, errSurvived
}

// overlay writes the mutated file and an overlay that names it, in a directory
// of their own.
func (p planted) overlay(root string) (string, error) {
	text, err := p.apply(root)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return "", err
	}
	mutated := filepath.Join(dir, filepath.Base(p.file))
	overlay := filepath.Join(dir, "overlay.json")
	names, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, p.file): mutated}})
	return overlay, errors.Join(err, os.WriteFile(mutated, []byte(text), 0o600), os.WriteFile(overlay, names, 0o600))
}

// textTests hold statements, their plans and the drawings of the flow, and
// would notice any change of their text, right or wrong.
const textTests = "^(TestPlans|TestStatementsOfEachOperation|TestFlow_Drawings)$"

// run tests one package, with an overlay unless it is empty, and returns the
// first test that fails; errSurvived when none does.
func run(ctx context.Context, root, overlay, pkg, only string) (killer, error) {
	args := []string{"test", "-json", "-vet=off", "-failfast", "-short", "-timeout=120s", "-skip", textTests}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	if only != "" {
		args = append(args, "-run", only)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &stdout, &stderr
	failed := cmd.Run()
	if ctx.Err() != nil {
		return killer{}, ctx.Err()
	}
	if failed == nil {
		return killer{}, errSurvived
	}
	test, err := firstFailure(&stdout)
	if err != nil {
		return killer{}, fmt.Errorf("%s: %w\n%s", pkg, err, stderr.String())
	}
	return killer{pkg, test}, nil
}

// event is what go test -json writes, as far as it matters here.
type event struct {
	Action, Test, Output string
}

// firstFailure reads what the run reported. A build that failed says nothing
// about the tests; a test that hangs fails without an event of its own, and is
// the last one begun.
func firstFailure(report io.Reader) (string, error) {
	var output strings.Builder
	first, last, failed := "", "", false
	for decoder := json.NewDecoder(report); ; {
		var e event
		if err := decoder.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			return "", err
		}
		output.WriteString(e.Output)
		switch {
		case e.Action == "build-fail":
			return "", fmt.Errorf("the mutant does not compile:\n%s", output.String())
		case e.Action == "run":
			last = e.Test
		case e.Action == "fail" && e.Test != "" && first == "":
			first = e.Test
		case e.Action == "fail":
			failed = true
		}
	}
	switch {
	case first != "":
		return first, nil
	case failed && last != "":
		return last, nil
	case failed:
		return "", fmt.Errorf("the package failed, but none of its tests:\n%s", output.String())
	}
	return "", fmt.Errorf("go test failed without a report:\n%s", output.String())
}
