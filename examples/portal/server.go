// Command portal is a host of the library: the Service Supervision page of a
// marketplace, in a browser.
//
//	go run ./examples/portal
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := parseSettings(os.Args[1:])
	if err == nil {
		err = serve(ctx, settings, os.Stdout)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1)
	}
}

// settings are what the command line says.
type settings struct {
	addr, file, postgres, smtp string
	demo, https                bool
}

func parseSettings(args []string) (s settings, err error) {
	dir, err := os.UserCacheDir() // keeps the demonstration out of the directory it is started in
	if err != nil {
		dir = os.TempDir()
	}
	flags := flag.NewFlagSet("portal", flag.ContinueOnError)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&s.file, "file", filepath.Join(dir, "serviceflow-portal", "portal.db"),
		"SQLite `file`; delete it to begin anew")
	flags.StringVar(&s.postgres, "postgres", "", "`URL` of a PostgreSQL database to use instead of the file")
	flags.BoolVar(&s.demo, "demo", false, "let everybody move the clock forward")
	flags.BoolVar(&s.https, "https", false, "browsers come through a TLS proxy: cookies are Secure")
	flags.StringVar(&s.smtp, "smtp", "",
		"`address` of a mail server to send notices to, such as a catcher on this machine")
	return s, flags.Parse(args)
}

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
	db, err := openDatabase(ctx, s)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := newPortal(ctx, db, s, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("%w: choose another -addr", err)
	}
	fmt.Fprintf(out, "Service Supervision at http://%s\nData in %s\n", listener.Addr(), db.where)

	ctx, cancel := context.WithCancel(ctx)
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
	ending, cancelEnding := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancelEnding()
	if err := server.Shutdown(ending); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return server.Close()
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
