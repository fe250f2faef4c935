package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// plan says how much to measure.
type plan struct {
	rounds int
	span   time.Duration // about how long one measurement of a side takes
	short  bool
	raw    io.Writer
}

// result is what a contest came to.
type result struct {
	contest
	figure, low, high float64 // the median of the rounds' ratios, and the quartiles
	ours, peer        testing.BenchmarkResult
	err               error
}

// perOpCPU names the metric of processor time.
const perOpCPU = "cpu-ns/op"

func (p plan) measure(c contest) result {
	r := result{contest: c}
	m, err := c.prepare(p.short)
	if err != nil {
		r.err = err
		return r
	}
	defer m.close()
	if c.wall {
		p.span *= 4 // what waits for others varies more
	}
	sides := [2]side{m.ours, m.peer}
	iterations, rounds := c.iterations, p.rounds
	if c.rounds > 0 {
		rounds = min(rounds, c.rounds)
	}
	for i, s := range sides {
		switch {
		case iterations[i] == 0:
			if iterations[i], r.err = p.calibrate(c, s); r.err != nil {
				return r
			}
		case p.short:
			iterations[i] = max(100, iterations[i]/50)
		}
	}
	figures := make([]float64, rounds)
	for round := range figures {
		var now [2]testing.BenchmarkResult
		for turn := range sides {
			i := (turn + round) % 2 // neither side always goes first
			if now[i], r.err = p.once(sides[i], iterations[i]); r.err != nil {
				return r
			}
			fmt.Fprintf(p.raw, "BenchmarkContest/%s/side=%s\t%s\t%s\n", c.name, [2]string{"ours", "peer"}[i], now[i],
				now[i].MemString())
		}
		figures[round] = c.bound.figure(c.time1(now[0]), c.time1(now[1]))
		r.ours, r.peer = now[0], now[1]
	}
	slices.Sort(figures)
	r.low, r.figure, r.high = figures[len(figures)/4], figures[len(figures)/2], figures[len(figures)*3/4]
	return r
}

// calibrate finds how often a side fits into a measurement. It goes by the
// clock that the contest goes by, which other processes disturb less than go
// test's.
func (p plan) calibrate(c contest, s side) (int, error) {
	for n := 1; ; n *= 4 {
		r, err := p.once(s, n)
		if err != nil {
			return 0, err
		}
		if took := c.time1(r) * float64(n); took >= float64(p.span)/8 {
			return max(1, int(float64(n)*float64(p.span)/took)), nil
		}
	}
}

// once runs one side n times.
func (p plan) once(s side, n int) (testing.BenchmarkResult, error) {
	if err := flag.Set("test.benchtime", fmt.Sprintf("%dx", n)); err != nil {
		return testing.BenchmarkResult{}, err
	}
	var failed error
	r := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		in := &bench{B: b}
		in.start()
		if failed = s(in); failed != nil {
			b.FailNow()
		}
		b.ReportMetric(float64(processorTime()-in.began)/float64(b.N), perOpCPU)
	})
	return r, failed
}

// time1 is the time of one operation.
func (c contest) time1(r testing.BenchmarkResult) float64 {
	if !c.wall {
		return r.Extra[perOpCPU]
	}
	return float64(r.T) / float64(r.N)
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux has it
	}
	return time.Duration(t.Nano())
}
