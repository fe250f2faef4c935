package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/overlay"
)

// options are the command's flags.
type options struct {
	match, by         string
	list, update, own bool
	jobs              int
}

func main() {
	var o options
	flag.StringVar(&o.match, "run", "", "only changes whose name matches this regular expression")
	flag.BoolVar(&o.list, "list", false, "print the changes, test none")
	flag.BoolVar(&o.own, "own", false, "ask only the packages' own tests")
	flag.StringVar(&o.by, "by", "", "ask, after the packages' own tests, only those of this package")
	flag.BoolVar(&o.update, "update", false, "write the summary into docs/evidence/mutation.md")
	flag.IntVar(&o.jobs, "j", runtime.NumCPU(), "how many changes to test at a time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := mutate(ctx, flag.Args(), o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func mutate(ctx context.Context, packages []string, o options) error {
	pattern, err := regexp.Compile(o.match)
	if err != nil {
		return err
	}
	equivalents, err := readEquivalents(equivalentText)
	if err != nil {
		return err
	}
	m, err := load(ctx)
	if err != nil {
		return err
	}
	paths := m.own()
	if len(packages) > 0 {
		paths = nil
		for _, p := range packages {
			paths = append(paths, imported(p))
		}
	}
	var tables []summary
	for _, path := range paths {
		p, changes, err := m.changes(path)
		if err != nil {
			return err
		}
		if changes, err = p.compiling(changes); err != nil {
			return err
		}
		changes = slices.DeleteFunc(changes, func(c change) bool { return !pattern.MatchString(c.String()) })
		if o.list {
			for _, c := range changes {
				fmt.Printf("%s:%d: %s\n", c.file, c.line, c)
			}
			continue
		}
		s, err := p.hunt(ctx, changes, equivalents, o)
		if err != nil {
			return err
		}
		fmt.Println(s)
		tables = append(tables, s)
	}
	if o.update {
		err = updateTable(m.root, tables)
	}
	for _, s := range tables {
		if s.tooMany() {
			err = errors.Join(err, fmt.Errorf("%s: %d of %d changes survive", s.pkg, s.survived, s.changes))
		}
	}
	return err
}

// hunt tests the changes of a package, a few at a time: all by its own tests,
// and those that these do not find by the tests of one dependent after the
// other.
func (p *parsed) hunt(ctx context.Context, changes []change, equivalents map[string]string,
	o options) (summary, error) {
	s := summary{pkg: strings.TrimPrefix(local(p.path), "./"), changes: len(changes)}
	s.equivalent = len(changes)
	changes = slices.DeleteFunc(changes, func(c change) bool { return equivalents[c.String()] != "" })
	s.equivalent -= len(changes)
	h, err := p.prepare(changes)
	defer os.RemoveAll(h.dir)
	if err != nil {
		return s, err
	}
	tests := p.m.tests(p.path)
	if o.own {
		tests = tests[:1]
	} else if o.by != "" {
		tests = []string{p.path, imported(o.by)}
	}
	h.left = make([]int, len(changes))
	for i := range changes {
		h.left[i] = i
	}
	for n, pkg := range tests {
		before := len(h.left)
		if err := h.ask(ctx, pkg, o.jobs); err != nil {
			return s, err
		}
		if n == 0 {
			s.own = before - len(h.left)
		} else {
			s.others += before - len(h.left)
		}
	}
	s.changes, s.survived = s.changes-h.broken, len(h.left)
	for _, i := range h.left {
		fmt.Printf("NOT KILLED  %s:%d: %s\n", changes[i].file, changes[i].line, changes[i])
	}
	return s, nil
}

// hunter has the instrumented package, and the changes that nobody has found.
type hunter struct {
	*parsed
	dir     string
	overlay string // names the instrumented files
	changes []change
	entered map[int]int
	left    []int
	broken  int // do not compile
}

// prepare writes the instrumented package.
func (p *parsed) prepare(changes []change) (*hunter, error) {
	dir, err := os.MkdirTemp("", "mutate")
	h := &hunter{parsed: p, dir: dir, overlay: filepath.Join(dir, "overlay.json"), changes: changes}
	if err != nil {
		return h, err
	}
	in, err := h.instrumented()
	if err != nil {
		return h, err
	}
	h.entered = in.entered
	in.files[filepath.Join(strings.TrimPrefix(local(h.path), "./"), chosen+".go")] = chooser(h.name)
	names := make(map[string]string)
	for name, text := range in.files {
		file := filepath.Join(h.dir, filepath.Base(name))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return h, err
		}
		names[filepath.Join(h.m.root, name)] = file
	}
	data, err := json.Marshal(map[string]any{"Replace": names})
	return h, errors.Join(err, os.WriteFile(h.overlay, data, 0o600))
}

// instrumented returns the package with the changes that compile in it.
func (h *hunter) instrumented() (instrumented, error) {
	faulty, err := h.faulty(h.instrument(h.changes).files)
	if err != nil {
		return instrumented{}, err
	}
	fit := slices.Clone(h.changes)
	for i := range faulty { // such as an array that gets shorter
		fit[i] = change{}
	}
	return h.instrument(fit), nil
}

// ask runs the tests of a package with each change that is left.
func (h *hunter) ask(ctx context.Context, pkg string, jobs int) error {
	if len(h.left) == 0 {
		return nil
	}
	b, err := h.m.build(ctx, pkg, h.overlay, h.dir)
	if err != nil {
		return err
	}
	defer os.Remove(b.program)
	fmt.Printf("%s: %d changes for %d tests, without %s\n", local(pkg), len(h.left), len(b.suites), b.bad)
	var mu sync.Mutex
	var group sync.WaitGroup
	var left []int
	hints := make(map[string]string) // by function, the test that has found a change of it last
	free := make(chan struct{}, jobs)
	for n, i := range h.left {
		if free <- struct{}{}; ctx.Err() != nil {
			break
		}
		group.Go(func() {
			defer func() { <-free }()
			began, c := time.Now(), h.changes[i]
			mu.Lock()
			hint := hints[c.file+c.function]
			mu.Unlock()
			test, err := h.kill(ctx, b, i, hint)
			mu.Lock()
			defer mu.Unlock()
			word := "killed"
			switch {
			case errors.Is(err, overlay.ErrBuild):
				h.broken++
				word = "does not compile"
			case err != nil:
				left = append(left, i)
				word, test = "survives", err.Error()
			case !strings.HasPrefix(test, "("):
				hints[c.file+c.function] = test
			}
			fmt.Printf("%d/%d %.1fs  %s  %s:%d: %s: %s %s\n", n+1, len(h.left), time.Since(began).Seconds(), word,
				c.file, c.line, c, local(pkg), test)
		})
	}
	group.Wait()
	slices.Sort(left)
	h.left = left
	return ctx.Err()
}

// kill returns the test of a package that finds a change, and
// [overlay.ErrSurvived] where none does.
func (h *hunter) kill(ctx context.Context, b *binary, i int, hint string) (test string, err error) {
	only := ""
	if entered := h.entered[i]; entered != 0 {
		test, found := b.kill(ctx, i+1, entered, hint)
		if found || len(b.bad) == 0 {
			return test, survived(found)
		}
		only = strings.Join(anchored(b.bad), "|")
	}
	// What cannot be instrumented, and the tests that do not bear it.
	c := h.changes[i]
	mutated, err := overlay.Write(h.m.root, c.file, c.apply(h.texts[c.file]))
	if err != nil {
		return "", err
	}
	defer mutated.Remove()
	return mutated.Test(ctx, b.pkg, only)
}

func survived(found bool) error {
	if found {
		return nil
	}
	return overlay.ErrSurvived
}
