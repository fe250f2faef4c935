package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
)

func main() {
	var (
		short  = flag.Bool("short", false, "only every third mutant")
		update = flag.Bool("update", false,
			"look for the killers anew, among all tests, and write them to docs/evidence/mutants.md")
		match = flag.String("run", "", "only mutants whose rule, file or description matches this regular expression")
		jobs  = flag.Int("j", runtime.NumCPU(), "how many mutants to run at a time")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := hunt(ctx, *short, *update, *match, *jobs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func hunt(ctx context.Context, short, update bool, match string, jobs int) error {
	root, err := repository(ctx)
	if err != nil {
		return err
	}
	_, killers, err := readTable(root)
	if err != nil {
		return err
	}
	pattern, err := regexp.Compile(match)
	if err != nil {
		return err
	}
	var chosen []planted
	for i, p := range all() {
		if pattern.MatchString(p.rule+" "+p.file+" "+p.what) && (!short || i%3 == 0) {
			chosen = append(chosen, p)
		}
	}
	began := time.Now()
	failures := killAll(ctx, root, chosen, killers, !update, jobs)
	fmt.Printf("%d mutants, %d killed, in %s\n", len(chosen), len(chosen)-failures,
		time.Since(began).Round(time.Second))
	if update {
		if err := writeTable(root, table(all(), killers)); err != nil {
			return err
		}
	}
	if failures > 0 {
		return fmt.Errorf("%d mutants were not killed: a test is missing, or the list is out of date", failures)
	}
	return ctx.Err()
}

// killAll runs mutants a few at a time, with what is known to kill them first,
// notes what did, and returns how many were not killed.
func killAll(ctx context.Context, root string, list []planted, killers map[string]string, known bool,
	jobs int) (failures int) {
	var mu sync.Mutex
	var group sync.WaitGroup
	free := make(chan struct{}, jobs)
	for _, p := range list {
		free <- struct{}{}
		mu.Lock()
		var last killer
		if known {
			last = parseCell(killers[p.what])
		}
		mu.Unlock()
		group.Go(func() {
			defer func() { <-free }()
			began := time.Now()
			k, err := p.kill(ctx, root, last)
			if err == nil && k != last {
				err = k.confirm(ctx, root)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures++
				delete(killers, p.what)
				fmt.Printf("%5.1fs  NOT KILLED  %s %s (%s): %v\n", time.Since(began).Seconds(), p.rule, p.what, p.file,
					err)
				return
			}
			killers[p.what] = k.cell()
			fmt.Printf("%5.1fs  killed  %s %s: %s\n", time.Since(began).Seconds(), p.rule, p.what, k)
		})
	}
	group.Wait()
	return failures
}

// repository is the directory of the main module.
func repository(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}",
		"github.com/koogallery/serviceflow").Output()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	return filepath.Clean(strings.TrimSpace(string(out))), nil
}
