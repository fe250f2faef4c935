// Package overlay tests packages of this repository with one file replaced, and
// leaves the working tree alone.
package overlay

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
	"strings"
)

// ErrSurvived is returned where every test passes.
var ErrSurvived = errors.New("survived")

// ErrBuild is returned where the replaced file does not compile.
var ErrBuild = errors.New("the mutant does not compile")

// Overlay is a file of the repository with another text.
type Overlay struct {
	root, names string
}

// None replaces nothing.
func None(root string) Overlay { return Overlay{root: root} }

// Write returns an overlay in which a file, named from the root of the
// repository, has another text.
func Write(root, file, text string) (Overlay, error) {
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return Overlay{}, err
	}
	mutated, o := filepath.Join(dir, filepath.Base(file)), Overlay{root, filepath.Join(dir, "overlay.json")}
	names, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, file): mutated}})
	return o, errors.Join(err, os.WriteFile(mutated, []byte(text), 0o600), os.WriteFile(o.names, names, 0o600))
}

// Remove deletes what Write wrote.
func (o Overlay) Remove() error {
	if o.names == "" {
		return nil
	}
	return os.RemoveAll(filepath.Dir(o.names))
}

// textTests hold statements, their plans and the drawings of the flow, and
// would notice any change of their text, right or wrong.
const textTests = "^(TestPlans|TestStatementsOfEachOperation|TestFlow_Drawings)$"

// Test runs one package's short tests, or only those that the pattern names,
// and returns the first that fails; [ErrSurvived] where none does.
func (o Overlay) Test(ctx context.Context, pkg, only string) (test string, err error) {
	args := []string{"test", "-json", "-vet=off", "-failfast", "-short", "-timeout=120s", "-skip", textTests}
	if o.names != "" {
		args = append(args, "-overlay", o.names)
	}
	if only != "" {
		args = append(args, "-run", only)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = o.root, &stdout, &stderr
	failed := cmd.Run()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if failed == nil {
		return "", ErrSurvived
	}
	if test, err = firstFailure(&stdout); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", pkg, err, stderr.String())
	}
	return test, nil
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
			return "", fmt.Errorf("%w:\n%s", ErrBuild, output.String())
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
