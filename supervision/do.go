package supervision

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Do performs an action on an order and returns the order as it is afterwards. The action is stored whole or not at all. Where another
// command came between, Do decides again on the new state, a bounded number of times.
//
// Errors: [*InvalidError] for faulty input, [ErrNotFound] for an order that does not exist for the actor (R22), [*Refusal] where a rule
// forbids it (R24), [ErrKeyReused] (R28), [ErrConflict] where the expected version is not the order's or the order is changed too fast,
// [ErrUnknownOutcome] where the store's answer was lost, and the store's own.
func (s *Service) Do(ctx context.Context, id string, actor Actor, action Action, options ...DoOption) (Order, error) {
	c := command{id: id, actor: actor, action: action, at: s.now()}
	for _, option := range options {
		c = option(c)
	}
	event := OperationEvent{Role: actor.Role, DryRun: c.dryRun, Attempts: 1}
	var order Order
	err := c.validate()
	if err == nil {
		event.Order, event.Operation = id, action.Operation()
		order, event.Attempts, err = s.persist(ctx, &c)
	}
	s.observe(ctx, event, c.at, order, err)
	return order, err
}

// persist tries until no other command comes between load and save, and tells how often it tried.
func (s *Service) persist(ctx context.Context, c *command) (order Order, attempts int, err error) {
	for attempts = 1; ; attempts++ {
		order, err = s.try(ctx, c)
		if !lost(err) || attempts >= s.attempts {
			return order, attempts, err
		}
	}
}

// lost reports whether another command came between. A version that the caller did not expect is none: it is not worth another try.
func lost(err error) bool {
	if err == nil {
		return false
	}
	var conflict *ConflictError
	return errors.As(err, &conflict)
}

// DoOption refines one call of [Service.Do].
type DoOption func(command) command

// WithKey gives the command an idempotency key, unique among the order's commands (R28): the same command with the same key is applied
// once and afterwards returns the order as it is; another command with the same key is refused with [ErrKeyReused].
func WithKey(key string) DoOption {
	return func(c command) command { c.key, c.keyed = key, true; return c }
}

// IfVersion makes the command depend on the order's version, as the caller saw it: [ErrConflict] if it is another by now.
func IfVersion(version int64) DoOption {
	return func(c command) command { c.version, c.expects = version, true; return c }
}

// DryRun returns the order as it would be, or the error, and stores nothing.
func DryRun() DoOption { return func(c command) command { c.dryRun = true; return c } }

type command struct {
	id      string
	actor   Actor
	action  Action
	at      time.Time
	key     string
	keyed   bool
	version int64
	expects bool
	dryRun  bool
}

func (c *command) validate() error {
	var f faults
	f.id("order", c.id)
	f.actor(c.actor)
	f.action(c.action)
	if c.keyed {
		f.id("key", c.key)
	}
	return f.err()
}

// try is one round of load, apply and save.
func (s *Service) try(ctx context.Context, c *command) (Order, error) {
	stored, repeated, err := s.load(ctx, c.id, c.actor, c.key)
	if err != nil {
		return Order{}, err
	}
	if c.action.Operation() == OpSubmitRequest && stored.TemplateVersion != 0 {
		if stored.Template, err = s.pinned(ctx, &stored); err != nil {
			return Order{}, err
		}
	}
	if repeated != nil {
		return c.answer(stored, repeated)
	}
	if current, _ := stored.Settle(c.at); c.expects && current.Version != c.version {
		return Order{}, fmt.Errorf("supervision: order %q has version %d, not %d: %w", c.id, current.Version, c.version, ErrConflict)
	}
	next, records, err := stored.apply(c.actor, c.action, c.at, c.key)
	if err != nil {
		return Order{}, err
	}
	next.Template = nil
	if c.dryRun {
		return next, nil
	}
	change := Change{Order: next, Before: stored.Version, Records: records, Relay: s.relay}
	if err := s.store.Save(ctx, change); err != nil {
		return Order{}, err
	}
	return next, nil
}

// answer returns the order as it is to a command that was applied before, and refuses another with its key (R28).
func (c *command) answer(stored Order, repeated *Record) (Order, error) {
	normal, at, err := stored.prepare(c.actor, c.action, c.at)
	if err != nil || c.actor != repeated.Actor || !sameAction(normal, repeated.Action) {
		return Order{}, fmt.Errorf("supervision: order %q: %w: use a new key for a new command", c.id, ErrKeyReused)
	}
	stored.Template = nil
	stored, _ = stored.Settle(at)
	return stored, nil
}

func sameAction(a, b Action) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && a.Operation() == b.Operation() && bytes.Equal(x, y)
}
