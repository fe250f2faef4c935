package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Time-outs of connections. Uploads have to fit into them; event streams move
// their own deadline.
const (
	headerTimeout   = 5 * time.Second
	requestTimeout  = time.Minute
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second
	maxHeader       = 64 << 10
)

// serve runs the portal until the context ends, and then lets running requests
// finish.
func serve(ctx context.Context, s settings, out io.Writer) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	db, err := openDatabase(ctx, s)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := newPortal(ctx, db, s, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("%w: choose another -addr", err)
	}
	fmt.Fprintf(out, "Service Supervision at http://%s\nData in %s\n", listener.Addr(), db.where)

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	workers.Go(func() { p.work(ctx) })

	server := newServer(p)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return shutdown(server)
}

func newServer(p *portal) *http.Server {
	server := &http.Server{
		Handler:           p.handler(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      requestTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(p.log.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(p.live.close) // event streams never end by themselves
	return server
}

func shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	}
	return err
}
