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
	match             string
	list, update, own bool
	jobs              int
}

func main() {
	var o options
	flag.StringVar(&o.match, "run", "", "only changes whose name matches this regular expression")
	flag.BoolVar(&o.list, "list", false, "print the changes, test none")
	flag.BoolVar(&o.own, "own", false, "ask only the packages' own tests")
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
			paths = append(paths, modulePath+strings.TrimPrefix(strings.TrimSuffix(p, "/"), "."))
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

// hunt tests the changes of a package, a few at a time.
func (p *parsed) hunt(ctx context.Context, changes []change, equivalents map[string]string,
	o options) (summary, error) {
	s := summary{pkg: strings.TrimPrefix(local(p.path), "./"), changes: len(changes)}
	s.equivalent = len(changes)
	changes = slices.DeleteFunc(changes, func(c change) bool { return equivalents[c.String()] != "" })
	s.equivalent -= len(changes)
	h, err := p.prepare(ctx, changes, o.own)
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(h.dir)
	var mu sync.Mutex
	var group sync.WaitGroup
	free := make(chan struct{}, o.jobs)
	hints := make(map[string]string) // by function, the test that found a change of it last
	for i, c := range changes {
		if free <- struct{}{}; ctx.Err() != nil {
			break
		}
		group.Go(func() {
			defer func() { <-free }()
			began := time.Now()
			mu.Lock()
			hint := hints[c.file+c.function]
			mu.Unlock()
			pkg, test, err := h.kill(ctx, i, c, hint)
			mu.Lock()
			defer mu.Unlock()
			word := "killed"
			switch {
			case err == nil && pkg == p.path:
				s.own++
				hints[c.file+c.function] = test
			case err == nil:
				s.others++
			case errors.Is(err, overlay.ErrBuild):
				s.changes--
				word = "does not compile"
			default:
				s.survived++
				word, test = "NOT KILLED", err.Error()
			}
			fmt.Printf("%d/%d %.1fs  %s  %s:%d: %s: %s %s\n", i+1, len(changes), time.Since(began).Seconds(), word,
				c.file, c.line, c, local(pkg), test)
		})
	}
	group.Wait()
	return s, ctx.Err()
}

// hunter has the compiled tests that a package's changes have to pass by.
type hunter struct {
	*parsed
	dir      string
	binaries []*binary // the package's own, then those of its dependents, the quickest first
	places   map[int]place
}

// prepare compiles the instrumented package with its tests, and those of its
// dependents unless only its own are asked for.
func (p *parsed) prepare(ctx context.Context, changes []change, own bool) (*hunter, error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return nil, err
	}
	h := &hunter{parsed: p, dir: dir}
	names, err := h.write(changes)
	if err != nil {
		return h, err
	}
	tests := p.m.tests(p.path)
	if own {
		tests = tests[:1]
	}
	for _, pkg := range tests {
		b, err := p.m.build(ctx, pkg, names, dir)
		if err != nil {
			return h, err
		}
		fmt.Printf("%s: %s, without %s\n", local(pkg), b.takes.Round(time.Millisecond), b.skip)
		h.binaries = append(h.binaries, b)
	}
	slices.SortStableFunc(h.binaries[1:], func(a, b *binary) int { return int(a.takes - b.takes) })
	return h, nil
}

// write writes the instrumented files, and returns the overlay that names them.
func (h *hunter) write(changes []change) (string, error) {
	files, err := h.instrumented(changes)
	if err != nil {
		return "", err
	}
	base := strings.TrimPrefix(local(h.path), "./")
	files[filepath.Join(base, chosen+".go")] = chooser(h.name)
	names := make(map[string]string)
	for name, text := range files {
		file := filepath.Join(h.dir, filepath.Base(name))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", err
		}
		names[filepath.Join(h.m.root, name)] = file
	}
	data, err := json.Marshal(map[string]any{"Replace": names})
	overlay := filepath.Join(h.dir, "overlay.json")
	return overlay, errors.Join(err, os.WriteFile(overlay, data, 0o600))
}

// instrumented returns the files with the changes that compile in them, and
// notes where each stands.
func (h *hunter) instrumented(changes []change) (map[string]string, error) {
	files, places := h.instrument(changes)
	faulty, err := h.faulty(files)
	if err != nil {
		return nil, err
	}
	fit := slices.Clone(changes)
	for i := range faulty { // such as an array that gets shorter
		fit[i] = change{}
		places[i] = alone
	}
	h.places = places
	files, _ = h.instrument(fit)
	return files, nil
}

// kill runs packages until a test fails.
func (h *hunter) kill(ctx context.Context, i int, c change, hint string) (pkg, test string, err error) {
	if h.places[i] != alone {
		for j, b := range h.binaries {
			if j > 0 {
				hint = ""
			}
			if test, found := b.kill(ctx, i+1, hint); found {
				return b.pkg, test, ctx.Err()
			}
		}
	}
	// What cannot be instrumented, and the tests that do not bear it.
	mutated, err := overlay.Write(h.m.root, c.file, c.apply(h.texts[c.file]))
	if err != nil {
		return "", "", err
	}
	defer mutated.Remove()
	for _, b := range h.binaries {
		if h.places[i] == inFunction && b.skip == textTests {
			continue
		}
		if test, err = mutated.Test(ctx, b.pkg, ""); !errors.Is(err, overlay.ErrSurvived) {
			return b.pkg, test, err
		}
	}
	return "", "", overlay.ErrSurvived
}
