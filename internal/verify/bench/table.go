package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
)

// errAbsent is why a contest cannot be held here: what it needs is not there.
var errAbsent = errors.New("not there")

func printMachine(p plan) {
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%s, %s/%s, %d cores, %s; load averages at the beginning %s; %d rounds of about %s for each side.\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor(),
		strings.Join(strings.Fields(string(load))[:min(3, len(strings.Fields(string(load))))], " "),
		p.rounds, p.span)
}

func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for _, line := range strings.Split(string(info), "\n") {
		if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return "unknown processor"
}

func printHead() {
	fmt.Println("| contest | what | against | required | measured | quartiles | | allocations |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
}

func (r result) print() {
	if r.err != nil {
		why := "failed: " + r.err.Error()
		if errors.Is(r.err, errAbsent) {
			why = "left out: " + r.err.Error()
		}
		fmt.Printf("| %s | %s | %s | %s | %s | | | |\n", r.name, r.what, r.against, r.bound, why)
		return
	}
	verdict := "met"
	if !r.bound.met(r.figure) {
		verdict = "**missed**"
	}
	fmt.Printf("| %s | %s | %s | %s | **%.2f** | %.2f to %.2f | %s | %d : %d |\n",
		r.name, r.what, r.against, r.bound, r.figure, r.low, r.high, verdict, r.ours.AllocsPerOp(),
		r.peer.AllocsPerOp())
}

// fact is a figure that is counted and not timed.
type fact struct {
	name  string
	print func() error
}

func printFacts(matching *regexp.Regexp) error {
	for _, f := range facts {
		if !matching.MatchString(f.name) {
			continue
		}
		fmt.Println()
		if err := f.print(); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}
