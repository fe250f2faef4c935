package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// printSizes prints what the tables and their indexes take.
func printSizes(ctx context.Context, sides [2]*side) error {
	fmt.Print("| table | rows | table, MB | indexes, MB | an order, kB |\n|---|---|---|---|---|\n")
	for _, s := range sides {
		for _, table := range []string{"orders", "records"} {
			var rows, heap, indexes int64
			query := fmt.Sprintf("SELECT count(*), pg_table_size('%[1]s'), pg_indexes_size('%[1]s') FROM %[1]s", s.prefix+table)
			if err := s.QueryRowContext(ctx, query).Scan(&rows, &heap, &indexes); err != nil {
				return err
			}
			fmt.Printf("| %s, among %d | %d | %.0f | %.0f | %.2f |\n", table, s.orders, rows, mega(heap), mega(indexes),
				float64(heap+indexes)/float64(s.orders)/1000)
		}
	}
	fmt.Println()
	return nil
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

// printOutbox gives commands to the many orders and relays them, first as ever,
// then while a transaction stays open that keeps autovacuum from cleaning up.
func printOutbox(ctx context.Context, sides [2]*side) error {
	s := sides[1]
	fmt.Printf("| %d commands, and their records relayed | outbox, MB | its dead rows | autovacuums of it | a command |"+
		" an empty claim |\n|---|---|---|---|---|---|\n", *load)
	svc, _, err := s.at(now.Add(2 * time.Hour))
	if err != nil {
		return err
	}
	if err := relayAll(ctx, svc); err != nil { // what the probes have left
		return err
	}
	if err := s.printQueue(ctx, "before", 0); err != nil {
		return err
	}
	if err := s.busy(ctx, "as ever"); err != nil {
		return err
	}
	old, err := s.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer old.Rollback()
	if _, err := old.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"); err != nil {
		return err
	}
	if _, err := old.ExecContext(ctx, "SELECT count(*) FROM "+s.prefix+"outbox"); err != nil {
		return err
	}
	if err := s.busy(ctx, "while a transaction stays open"); err != nil {
		return err
	}
	if err := old.Rollback(); err != nil {
		return err
	}
	if err := s.awaitVacuum(ctx); err != nil {
		return err
	}
	if err := s.printQueue(ctx, "once it has ended, after the next autovacuum", 0); err != nil {
		return err
	}
	fmt.Println()
	var updates, hot int64
	if err := s.QueryRowContext(ctx, "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = $1",
		s.prefix+"outbox").Scan(&updates, &hot); err != nil {
		return err
	}
	fmt.Printf("Of %d updates of the outbox %d touched no index.\n\n", updates, hot)
	return nil
}

func relayAll(ctx context.Context, svc *service.Service) error {
	for {
		n, err := svc.Relay(ctx, func(context.Context, service.Event) error { return nil })
		if err != nil || n == 0 {
			return err
		}
	}
}

// busy gives commands from four clients while a relay hands over.
func (s *side) busy(ctx context.Context, what string) error {
	svc, _, err := s.at(now.Add(2 * time.Hour))
	if err != nil {
		return err
	}
	const clients = 4
	failed := make(chan error, clients+1)
	var all sync.WaitGroup
	began := time.Now()
	for range clients {
		random := chance()
		all.Go(func() {
			for range *load / clients {
				n := s.worked(random)
				if _, err := svc.Do(ctx, orderID(n), seller(n), supervision.ReportProgress{Text: "More."}); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	given := make(chan struct{})
	go func() { all.Wait(); close(given) }()
	var took time.Duration
	for over := false; !over; {
		select {
		case <-given:
			over, took = true, time.Since(began)
		default:
		}
		if err := relayAll(ctx, svc); err != nil {
			return err
		}
	}
	select {
	case err := <-failed:
		return err
	default:
	}
	return s.printQueue(ctx, what, took/time.Duration(*load))
}

func (s *side) printQueue(ctx context.Context, what string, command time.Duration) error {
	if _, err := s.ExecContext(ctx, "SELECT pg_stat_clear_snapshot()"); err != nil {
		return err
	}
	began := time.Now()
	if _, err := s.store.Claim(ctx, now, time.Minute, batch); err != nil {
		return err
	}
	claim := time.Since(began)
	var size, dead, vacuums int64
	err := s.QueryRowContext(ctx, `SELECT pg_total_relation_size(relid), n_dead_tup, autovacuum_count
FROM pg_stat_user_tables WHERE relname = $1`, s.prefix+"outbox").Scan(&size, &dead, &vacuums)
	if err != nil {
		return err
	}
	fmt.Printf("| %s | %.1f | %d | %d | %s | %s |\n", what, mega(size), dead, vacuums, short(command), short(claim))
	return nil
}

// awaitVacuum waits for an autovacuum of the outbox that begins from now on.
func (s *side) awaitVacuum(ctx context.Context) error {
	var before, count int64
	const query = "SELECT autovacuum_count FROM pg_stat_user_tables WHERE relname = $1"
	if err := s.QueryRowContext(ctx, query, s.prefix+"outbox").Scan(&before); err != nil {
		return err
	}
	for count = before; count <= before; time.Sleep(time.Second) {
		if err := s.QueryRowContext(ctx, query, s.prefix+"outbox").Scan(&count); err != nil {
			return err
		}
	}
	return nil
}
