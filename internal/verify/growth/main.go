// Command growth sets a store of many orders beside one of few, both on one
// PostgreSQL server, and prints the tables of docs/evidence/growth.md. The
// sides take turns, call by call, so that a busy machine disturbs both alike.
//
//	go run ./growth                 three million orders beside ten thousand
//	go run ./growth -many 100000    fewer
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/koogallery/serviceflow/store/sqlstore"
)

var (
	few  = flag.Int("few", 10_000, "orders of the one side")
	many = flag.Int("many", 3_000_000, "orders of the other")
	load = flag.Int("load", 20_000, "commands that are given and relayed to see what becomes of the outbox")
)

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if *few < 10*pending {
		return fmt.Errorf("-few: give at least %d, or hardly any of them are open", 10*pending)
	}
	dsn := os.Getenv("SERVICEFLOW_POSTGRES")
	if dsn == "" {
		dsn = "postgres://postgres@127.0.0.1:5432/test"
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	var sides [2]*side
	*many = pending + (*many-1)/(*few-pending)*(*few-pending) // whole copies
	for i, orders := range []int{*few, *many} {
		if sides[i], err = newSide(ctx, db, orders); err != nil {
			return err
		}
		defer sides[i].drop()
	}
	began := time.Now()
	if err := sides[0].play(ctx); err != nil {
		return err
	}
	if err := sides[1].copies(ctx, sides[0]); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "made in %s\n", time.Since(began).Round(time.Second))
	for _, s := range sides {
		if err := s.readBack(ctx); err != nil {
			return err
		}
	}
	printLoad()
	for _, print := range []func(context.Context, [2]*side) error{printCosts, printSizes, printOutbox} {
		if err := print(ctx, sides); err != nil {
			return err
		}
	}
	printLoad()
	return nil
}

// printLoad tells how busy the machine is.
func printLoad() {
	averages, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("Load averages %s.\n\n", strings.Join(strings.Fields(string(averages))[:3], " "))
}

// side is a store of so many orders.
type side struct {
	*sql.DB
	store  *sqlstore.Store
	prefix string
	orders int
}

func newSide(ctx context.Context, db *sql.DB, orders int) (*side, error) {
	s := &side{DB: db, prefix: fmt.Sprintf("growth%d_%d_", os.Getpid(), orders), orders: orders}
	var err error
	if s.store, err = sqlstore.New(db, sqlstore.Postgres, sqlstore.WithPrefix(s.prefix)); err != nil {
		return nil, err
	}
	return s, s.store.Migrate(ctx)
}

var tables = []string{"orders", "records", "outbox", "templates", "schema"}

func (s *side) drop() {
	for _, table := range tables {
		_, _ = s.Exec("DROP TABLE IF EXISTS " + s.prefix + table)
	}
}

// printCosts measures every probe, the sides in turns, call by call. A call that
// the machine disturbed is none of the median, and hardly of the fast quarter.
func printCosts(ctx context.Context, sides [2]*side) error {
	fmt.Printf("| median of a call | among %d | among %d | ratio | of the fast quarters |\n", *few, *many)
	fmt.Println("|---|---|---|---|---|")
	for _, p := range probes() {
		var calls [2]call
		for i, s := range sides {
			var err error
			if calls[i], err = p.prepare(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
		var times [2][]float64
		for round := range p.times {
			for turn := range sides {
				i := (turn + round) % 2 // neither side always goes first
				began := time.Now()
				n, err := calls[i]()
				if err != nil {
					return fmt.Errorf("%s among %d: %w", p.name, sides[i].orders, err)
				}
				if round > 0 { // the first prepares statements
					times[i] = append(times[i], time.Since(began).Seconds()*1000/float64(max(1, n)))
				}
			}
		}
		slices.Sort(times[0])
		slices.Sort(times[1])
		half, quarter := (p.times-1)/2, (p.times-1)/4
		fmt.Printf("| %s | %.2f ms | %.2f ms | **%.2f** | %.2f |\n", p.name, times[0][half], times[1][half],
			times[1][half]/times[0][half], times[1][quarter]/times[0][quarter])
	}
	fmt.Println()
	return nil
}

func short(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}
