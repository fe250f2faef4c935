// Package plain does the business with a state machine and SQL by hand: the
// usual transaction that locks the order, fires the event, and writes the order
// and a line of its history. It sends no notices.
package plain

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
)

// Machine returns the status to which an event leads.
type Machine func(ctx context.Context, status, event string) (string, error)

// Host is the usual transaction.
type Host struct {
	Pool    *pgxpool.Pool
	Machine Machine
	// Also is done in each transaction, such as sending a notice.
	Also func(ctx context.Context, tx pgx.Tx, order string, seq int64) error
}

const schema = `
CREATE TABLE IF NOT EXISTS orders (
	id text PRIMARY KEY, product text NOT NULL, buyer text NOT NULL, seller text NOT NULL, status text NOT NULL,
	version bigint NOT NULL, opened_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
	request text, delivery text);
CREATE INDEX IF NOT EXISTS orders_buyer ON orders (buyer, opened_at);
CREATE INDEX IF NOT EXISTS orders_seller ON orders (seller, opened_at);
CREATE TABLE IF NOT EXISTS history (
	order_id text NOT NULL REFERENCES orders, seq bigint NOT NULL, at timestamptz NOT NULL, actor text NOT NULL,
	event text NOT NULL, from_status text NOT NULL, to_status text NOT NULL, text text NOT NULL,
	PRIMARY KEY (order_id, seq))`

// Start connects and makes the tables.
func (h *Host) Start(ctx context.Context, dsn string) error {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	config.MaxConns = flow.Clients + 4
	if h.Pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	_, err = h.Pool.Exec(ctx, schema)
	return err
}

// Open begins an order.
func (h *Host) Open(ctx context.Context, order string) error {
	return pgx.BeginFunc(ctx, h.Pool, func(tx pgx.Tx) error {
		now := time.Now()
		_, err := tx.Exec(ctx, `INSERT INTO orders (id, product, buyer, seller, status, version, opened_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 1, $6, $6)`, order, flow.Product, flow.Buyer, flow.Seller, flow.Begin, now)
		if err != nil {
			return err
		}
		return h.note(ctx, tx, order, 1, now, flow.Buyer, "open", "", flow.Begin, "")
	})
}

// Do takes a step.
func (h *Host) Do(ctx context.Context, order string, step flow.Step) error {
	return pgx.BeginFunc(ctx, h.Pool, func(tx pgx.Tx) error {
		var status, buyer, seller string
		var version int64
		err := tx.QueryRow(ctx, "SELECT status, version, buyer, seller FROM orders WHERE id = $1 FOR UPDATE", order).
			Scan(&status, &version, &buyer, &seller)
		if err != nil {
			return err
		}
		if step.By != buyer && step.By != seller {
			return flow.ErrRefused
		}
		to, err := h.Machine(ctx, status, step.Event)
		if err != nil {
			return err
		}
		now := time.Now()
		switch step.Event {
		case "submit_request":
			_, err = tx.Exec(ctx,
				"UPDATE orders SET status = $1, version = $2, updated_at = $3, request = $4 WHERE id = $5",
				to, version+1, now, step.Text, order)
		case "deliver":
			_, err = tx.Exec(ctx,
				"UPDATE orders SET status = $1, version = $2, updated_at = $3, delivery = $4 WHERE id = $5",
				to, version+1, now, step.Text, order)
		default:
			_, err = tx.Exec(ctx, "UPDATE orders SET status = $1, version = $2, updated_at = $3 WHERE id = $4",
				to, version+1, now, order)
		}
		if err != nil {
			return err
		}
		return h.note(ctx, tx, order, version+1, now, step.By, step.Event, status, to, step.Text)
	})
}

func (h *Host) note(ctx context.Context, tx pgx.Tx, order string, seq int64, at time.Time, by, event, from, to,
	text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO history (order_id, seq, at, actor, event, from_status, to_status, text)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, order, seq, at, by, event, from, to, text)
	if err != nil || h.Also == nil {
		return err
	}
	return h.Also(ctx, tx, order, seq)
}

// Drain has nothing to wait for.
func (h *Host) Drain(context.Context) error { return nil }

// Stop closes the connections.
func (h *Host) Stop() { h.Pool.Close() }
