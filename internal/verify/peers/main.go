package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/peers/dboshost"
	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/looplabhost"
	"github.com/koogallery/serviceflow/internal/verify/peers/ours"
	"github.com/koogallery/serviceflow/internal/verify/peers/riverhost"
	"github.com/koogallery/serviceflow/internal/verify/peers/statelesshost"
)

// side is one peer of the contest.
type side struct {
	name   string // of its program under host
	what   string
	relays bool // each step is also told to a receiver before a turn ends
	flow.Peer
	database
	rates  map[int][]float64 // flows a second in each round, by clients
	delays map[int][]time.Duration
	orders int // played since its database was empty
}

func sides() []*side {
	return []*side{
		{name: "ours", what: "this library, its worker relaying to a receiver that does nothing", relays: true,
			Peer: ours.New(true)},
		{name: "silent", what: "this library without an outbox", Peer: ours.New(false)},
		{name: "looplab", what: "looplab/fsm as its README has it, the usual transaction", Peer: looplabhost.New()},
		{name: "stateless", what: "qmuntal/stateless with external storage, the usual transaction",
			Peer: statelesshost.New()},
		{name: "river", what: "the usual transaction, a River job for each step", relays: true, Peer: riverhost.New()},
		{name: "dbos", what: "a DBOS workflow for each order: messages and events", Peer: dboshost.New()},
	}
}

func main() {
	rounds := flag.Int("rounds", 5, "rounds, in each of which every peer has its turn")
	turn := flag.Duration("turn", 3*time.Second, "how long a turn is, at least one order for each client")
	only := flag.String("run", "", "only these peers, separated by commas, beside ours")
	hosts := flag.Bool("hosts", true, "build a program with each peer alone, and see what it links and how it starts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := contest(ctx, *only, *hosts, *rounds, *turn); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func contest(ctx context.Context, only string, hosts bool, rounds int, turn time.Duration) error {
	list := slices.DeleteFunc(sides(), func(s *side) bool {
		return only != "" && !slices.Contains(append(strings.Split(only, ","), "ours", "silent"), s.name)
	})
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%s, %s/%s, %d cores; load averages at the beginning %s; %d rounds, turns of %s.\n\n", runtime.Version(),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), strings.Join(strings.Fields(string(load))[:3], " "), rounds,
		turn)
	for _, s := range list {
		s.rates, s.delays = make(map[int][]float64), make(map[int][]time.Duration)
		var err error
		if s.database, err = create(ctx, s.name); err != nil {
			return err
		}
		defer s.drop()
	}
	if hosts {
		if err := printHosts(ctx, list); err != nil {
			return err
		}
	}
	for _, s := range list {
		if err := s.empty(ctx); err != nil {
			return err
		}
		if err := s.Start(ctx, s.dsn); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		defer s.Stop()
	}
	for round := range rounds + 1 {
		for _, clients := range []int{1, flow.Clients} {
			for _, s := range list {
				if err := s.turn(ctx, clients, turn, round > 0); err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
			}
		}
	}
	printRates(list)
	return printStored(ctx, list)
}
