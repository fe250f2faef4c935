// Package ours does the business with this library, with its worker beside the
// clients or with nothing to relay.
package ours

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

type peer struct {
	db      *sql.DB
	service *service.Service
	relays  bool
	stop    context.CancelFunc
}

// New returns the peer, which relays each record or none.
func New(relays bool) flow.Peer { return &peer{relays: relays} }

func (p *peer) Start(ctx context.Context, dsn string) (err error) {
	if p.db, err = sql.Open("pgx", dsn); err != nil {
		return err
	}
	p.db.SetMaxOpenConns(flow.Clients + 4)
	p.db.SetMaxIdleConns(flow.Clients + 4)
	store, err := sqlstore.New(p.db, sqlstore.Postgres)
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	options := []service.Option{service.WithInterval(20 * time.Millisecond)}
	if !p.relays {
		options = append(options, service.WithoutOutbox())
	}
	if p.service, err = service.New(store, options...); err != nil {
		return err
	}
	running, stop := context.WithCancel(context.Background())
	p.stop = stop
	var publish service.Publish
	if p.relays {
		publish = func(context.Context, service.Event) error { return nil }
	}
	go p.service.Run(running, publish)
	return nil
}

func (p *peer) Open(ctx context.Context, order string) error {
	_, err := p.service.Open(ctx, supervision.Opening{ID: order, Product: flow.Product, Buyer: flow.Buyer,
		Seller: flow.Seller})
	return err
}

func (p *peer) Do(ctx context.Context, order string, step flow.Step) error {
	by := supervision.Buyer(step.By)
	if step.By == flow.Seller {
		by = supervision.Seller(step.By)
	}
	_, err := p.service.Do(ctx, order, by, actions[step.Event](step.Text))
	return err
}

var actions = map[string]func(text string) supervision.Action{
	"submit_request":  func(text string) supervision.Action { return supervision.SubmitRequest{Text: text} },
	"accept_request":  func(string) supervision.Action { return supervision.AcceptRequest{} },
	"report_progress": func(text string) supervision.Action { return supervision.ReportProgress{Text: text} },
	"deliver":         func(text string) supervision.Action { return supervision.Deliver{Result: text} },
	"accept_product":  func(string) supervision.Action { return supervision.AcceptProduct{} },
}

func (p *peer) Drain(ctx context.Context) error {
	for {
		var n int
		err := p.db.QueryRowContext(ctx, "SELECT count(*) FROM serviceflow_outbox").Scan(&n)
		if err != nil {
			return fmt.Errorf("count what waits: %w", err)
		}
		if n == 0 {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *peer) Stop() {
	p.stop()
	p.db.Close()
}
