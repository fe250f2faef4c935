// Package riverhost does the business by hand, and sends a notice of each step
// as a River job, inserted in the step's transaction and worked by a client
// beside the others.
package riverhost

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/koogallery/serviceflow/internal/verify/peers/flow"
	"github.com/koogallery/serviceflow/internal/verify/peers/plain"
)

type notice struct {
	Order string `json:"order"`
	Seq   int64  `json:"seq"`
}

func (notice) Kind() string { return "notice" }

type sender struct{ river.WorkerDefaults[notice] }

func (sender) Work(context.Context, *river.Job[notice]) error { return nil }

type peer struct {
	plain.Host
	client *river.Client[pgx.Tx]
}

// New returns the peer.
func New() flow.Peer {
	p := &peer{}
	p.Machine = func(_ context.Context, status, event string) (string, error) {
		for _, s := range flow.Steps {
			if s.From == status && s.Event == event {
				return s.To, nil
			}
		}
		return "", flow.ErrRefused
	}
	p.Also = func(ctx context.Context, tx pgx.Tx, order string, seq int64) error {
		_, err := p.client.InsertTx(ctx, tx, notice{order, seq}, nil)
		return err
	}
	return p
}

func (p *peer) Start(ctx context.Context, dsn string) error {
	if err := p.Host.Start(ctx, dsn); err != nil {
		return err
	}
	driver := riverpgxv5.New(p.Pool)
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &sender{})
	p.client, err = river.NewClient(driver, &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}},
		Workers: workers,
		Logger:  slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	return p.client.Start(context.Background())
}

func (p *peer) Drain(ctx context.Context) error {
	for {
		var n int
		err := p.Pool.QueryRow(ctx, "SELECT count(*) FROM river_job WHERE state <> 'completed'").Scan(&n)
		if err != nil || n == 0 {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *peer) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	p.client.Stop(ctx)
	p.Host.Stop()
}
