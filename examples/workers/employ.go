package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// process is a worker's process, as the one that started it sees it.
type process struct {
	command *exec.Cmd
	input   io.Closer
	read    chan struct{} // closed when all that it wrote has been read
}

// stop asks the worker to end, and waits until it has.
func (p *process) stop() error {
	err := p.input.Close()
	<-p.read
	return errors.Join(err, p.command.Wait())
}

// kill ends the worker in the middle of what it does.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.read
	_ = p.command.Wait()
}

// inbox is where the relayed records arrive: how often each has, by order,
// number and operation.
type inbox struct {
	mu        sync.Mutex
	arrived   map[string]int
	completed map[string]bool
	changed   chan struct{}
}

// start starts a worker, whose records go to the inbox.
func (b *inbox) start(ctx context.Context, name string, at place) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, program)
	command.Env = append(os.Environ(), workerName+"="+name, workerDriver+"="+at.driver, workerDSN+"="+at.dsn)
	command.Stderr = os.Stderr
	input, err1 := command.StdinPipe()
	output, err2 := command.StdoutPipe()
	if err := errors.Join(err1, err2, command.Start()); err != nil {
		return nil, err
	}
	p := &process{command, input, make(chan struct{})}
	go func() {
		defer close(p.read)
		b.read(output)
	}()
	return p, nil
}

func (b *inbox) read(output io.Reader) {
	for lines := bufio.NewScanner(output); lines.Scan(); {
		var order, operation, name string
		var seq int
		if _, err := fmt.Sscan(lines.Text(), &order, &seq, &operation, &name); err != nil {
			continue // the line of a process that was killed while it wrote
		}
		b.mu.Lock()
		b.arrived[fmt.Sprint(order, " ", seq)]++
		b.completed[order] = b.completed[order] || operation == "complete"
		b.mu.Unlock()
		select {
		case b.changed <- struct{}{}:
		default:
		}
	}
}

// wait waits until so many records have arrived.
func (b *inbox) wait(ctx context.Context, records int) error {
	for {
		b.mu.Lock()
		n := len(b.arrived)
		b.mu.Unlock()
		if n >= records {
			return nil
		}
		select {
		case <-b.changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d records have arrived: %w", n, records, ctx.Err())
		}
	}
}
