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
		option(&c)
	}
	if err := c.validate(); err != nil {
		return Order{}, err
	}
	event := OperationEvent{Order: id, Operation: action.Operation(), Role: actor.Role, DryRun: c.dryRun}
	var order Order
	var err error
	for event.Attempts = 1; ; event.Attempts++ {
		order, err = s.try(ctx, &c)
		if !errors.Is(err, ErrConflict) || c.expects || event.Attempts >= s.attempts || ctx.Err() != nil {
			break
		}
	}
	event.Version, event.Duration, event.Err = order.Version, s.clock.Now().Sub(c.at), err
	s.observer.operation(ctx, event)
	s.log.DebugContext(ctx, "operation", "order", id, "operation", event.Operation.String(), "role", actor.Role.String(),
		"version", event.Version, "attempts", event.Attempts, "outcome", event.Outcome())
	return order, err
}

// DoOption refines one call of [Service.Do].
type DoOption func(*command)

// WithKey gives the command an idempotency key, unique among the order's commands (R28): the same command with the same key is applied
// once and afterwards returns the order as it is; another command with the same key is refused with [ErrKeyReused].
func WithKey(key string) DoOption { return func(c *command) { c.key, c.keyed = key, true } }

// IfVersion makes the command depend on the order's version, as the caller saw it: [ErrConflict] if it is another by now.
func IfVersion(version int64) DoOption {
	return func(c *command) { c.version, c.expects = version, true }
}

// DryRun returns the order as it would be, or the error, and stores nothing.
func DryRun() DoOption { return func(c *command) { c.dryRun = true } }

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
	if !c.keyed {
		return checkAction(c.action)
	}
	var f faults
	f.id("key", c.key)
	return errors.Join(f.err(), checkAction(c.action))
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
	next, records, err := stored.apply(c.actor, c.action, c.at, c.key)
	if err != nil {
		return Order{}, err
	}
	if seen := next.Version - 1; c.expects && seen != c.version {
		return Order{}, fmt.Errorf("supervision: order %q has version %d, not %d: %w", c.id, seen, c.version, ErrConflict)
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
