// Package dboshost does the business as one DBOS workflow for each order: it
// receives each step as a message and answers with an event, as the
// documentation of workflow communication has it. What is durable is the
// workflow; there is no table of orders.
package dboshost

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
)

type peer struct{ dbos dbos.Context }

// New returns the peer.
func New() flow.Peer { return &peer{} }

const patience = time.Minute

// course waits for one step after the other.
func course(ctx dbos.Context, order string) (string, error) {
	status := flow.Begin
	for n, expected := range flow.Steps {
		step, err := dbos.Recv[flow.Step](ctx, "step", 24*time.Hour)
		if err != nil {
			return "", err
		}
		if step.Event != expected.Event || status != expected.From {
			return "", flow.ErrRefused
		}
		status = expected.To
		if err := dbos.SetEvent(ctx, fmt.Sprint(n), status); err != nil {
			return "", err
		}
	}
	return status, nil
}

func (p *peer) Start(ctx context.Context, dsn string) (err error) {
	p.dbos, err = dbos.NewContext(ctx, dbos.Config{DatabaseURL: dsn, AppName: "peers",
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	dbos.RegisterWorkflow(p.dbos, course)
	return dbos.Launch(p.dbos)
}

func (p *peer) Open(_ context.Context, order string) error {
	_, err := dbos.RunWorkflow(p.dbos, course, order, dbos.WithWorkflowID(order))
	return err
}

func (p *peer) Do(_ context.Context, order string, step flow.Step) error {
	for n, s := range flow.Steps {
		if s.Event == step.Event {
			if err := dbos.Send(p.dbos, order, step, "step"); err != nil {
				return err
			}
			to, err := dbos.GetEvent[string](p.dbos, order, fmt.Sprint(n), patience)
			if err == nil && to != s.To {
				err = flow.ErrRefused
			}
			return err
		}
	}
	return flow.ErrRefused
}

func (p *peer) Drain(context.Context) error { return nil }

func (p *peer) Stop() { dbos.Shutdown(p.dbos, 5*time.Second) }
