package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision/service"
)

var relayContests = func() (list []contest) {
	for _, d := range []database{postgres, sqlite} {
		list = append(list, contest{
			name:    "relay/" + d.name,
			what:    "`Service.Relay` of 100,000 waiting records on " + d.name + ", for each record",
			against: "a hand-written claim loop of batches of 200, each record with its order",
			bound:   faster(0.8), wall: true, rounds: 7,
			iterations: [2]int{100_000, 100_000},
			prepare:    func(bool) (match, error) { return relayMatch(d) },
		})
	}
	return list
}()

func relayMatch(d database) (match, error) {
	l, svc, err := d.backlog(100_000)
	if err != nil {
		return match{}, err
	}
	ctx := context.Background()
	fill := func(t tables, n int) error {
		if err := l.refill(t, n); err != nil {
			return err
		}
		if t.prefix == l.peer.prefix {
			return l.settleSet(ctx, n)
		}
		_, err := svc.Settle(ctx)
		return err
	}
	return match{
		ours: func(b *bench) error {
			if err := fill(l.ours, b.N); err != nil {
				return err
			}
			b.start()
			for left := b.N; left > 0; {
				n, err := svc.Relay(ctx, func(context.Context, service.Event) error { return nil })
				if err != nil || n == 0 {
					return fmt.Errorf("%d records left: %w", left, err)
				}
				left -= n
			}
			return nil
		},
		peer: func(b *bench) error {
			if err := fill(l.peer, b.N); err != nil {
				return err
			}
			b.start()
			return l.relay(ctx, b.N)
		},
		close: l.close,
	}, nil
}

// The batch of the hand-written loop is the library's: 200.
const (
	// Of several waiting records of one order the library claims none without
	// those before it. This takes what waits longest.
	pgClaim = `WITH first AS (
	SELECT order_id, seq FROM {outbox} WHERE lane = 0 AND claimed_until <= $1
	ORDER BY next_at LIMIT 200 FOR UPDATE SKIP LOCKED),
claimed AS (
	UPDATE {outbox} o SET claimed_until = $2 FROM first f WHERE o.order_id = f.order_id AND o.seq = f.seq
	RETURNING o.order_id, o.seq)
SELECT c.order_id, c.seq, r.document, o.document FROM claimed c
JOIN {records} r ON r.order_id = c.order_id AND r.seq = c.seq JOIN {orders} o ON o.id = c.order_id`
	liteClaim = `UPDATE {outbox} SET claimed_until = ?2 WHERE (order_id, seq) IN (
	SELECT order_id, seq FROM {outbox} WHERE lane = 0 AND claimed_until <= ?1 ORDER BY next_at LIMIT 200)
RETURNING order_id, seq, (SELECT document FROM {records} r WHERE r.order_id = {outbox}.order_id
AND r.seq = {outbox}.seq), (SELECT document FROM {orders} o WHERE o.id = {outbox}.order_id)`
	pgRemove = `DELETE FROM {outbox} o USING unnest($1::text[], $2::bigint[]) AS i (order_id, seq)
WHERE o.order_id = i.order_id AND o.seq = i.seq`
	liteRemove = `DELETE FROM {outbox} WHERE order_id = ? AND seq = ?`
)

// relay claims, decodes and removes until n records are gone.
func (b *backlog) relay(ctx context.Context, n int) error {
	claimText, removeText := liteClaim, liteRemove
	if b.name == "postgres" {
		claimText, removeText = pgClaim, pgRemove
	}
	claim, err := b.PrepareContext(ctx, b.text(claimText))
	if err != nil {
		return err
	}
	defer claim.Close()
	remove, err := b.PrepareContext(ctx, b.text(removeText))
	if err != nil {
		return err
	}
	defer remove.Close()
	for n > 0 {
		orders, seqs, err := b.claim(ctx, claim)
		if err != nil || len(orders) == 0 {
			return fmt.Errorf("%d records left: %w", n, err)
		}
		if err := b.acknowledge(ctx, remove, orders, seqs); err != nil {
			return err
		}
		n -= len(orders)
	}
	return nil
}

func (b *backlog) claim(ctx context.Context, claim *sql.Stmt) (orders []string, seqs []int64, err error) {
	rows, err := claim.QueryContext(ctx, noticed.UnixMicro(), noticed.Add(time.Minute).UnixMicro())
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var order string
		var seq int64
		var document, whole []byte
		var read handOrder
		var record struct {
			handRecord
			Action json.RawMessage `json:"action"`
		}
		if err := rows.Scan(&order, &seq, &document, &whole); err != nil {
			return nil, nil, err
		}
		if err := errors.Join(json.Unmarshal(document, &record), json.Unmarshal(whole, &read)); err != nil {
			return nil, nil, err
		}
		orders, seqs = append(orders, order), append(seqs, seq)
	}
	return orders, seqs, rows.Err()
}

func (b *backlog) acknowledge(ctx context.Context, remove *sql.Stmt, orders []string, seqs []int64) error {
	if b.name == "postgres" {
		_, err := remove.ExecContext(ctx, orders, seqs)
		return err
	}
	tx, err := b.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := range orders {
		if _, err := tx.StmtContext(ctx, remove).ExecContext(ctx, orders[i], seqs[i]); err != nil {
			return err
		}
	}
	return tx.Commit()
}
