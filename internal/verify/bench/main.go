package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"testing"
	"time"
)

func main() {
	testing.Init()
	p := plan{raw: io.Discard}
	run := flag.String("run", "", "only contests and facts whose name matches this `regexp`")
	raw := flag.String("raw", "", "also write every measurement to this `file`")
	flag.BoolVar(&p.short, "short", false, "smaller sizes and fewer rounds")
	flag.IntVar(&p.rounds, "rounds", 21, "how often the sides of a contest are measured")
	flag.DurationVar(&p.span, "span", 50*time.Millisecond, "about how long one measurement takes")
	flag.Parse()
	if p.short {
		p.rounds, p.span = min(p.rounds, 5), min(p.span, 20*time.Millisecond)
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		leave()
		os.Exit(1)
	}()
	err := p.print(*run, *raw)
	leave()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// print runs what matches and prints the tables.
func (p plan) print(run, raw string) error {
	matching, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	if raw != "" {
		file, err := os.Create(raw)
		if err != nil {
			return err
		}
		defer file.Close()
		p.raw = file
	}
	printMachine(p)
	printHead()
	for _, c := range contests() {
		if matching.MatchString(c.name) {
			p.measure(c).print()
		}
	}
	return printFacts(matching)
}
