package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Result is what came of a command, as its actor may see it (R34).
type Result struct {
	// Order is the order as it is afterwards, or would be after a dry run.
	Order supervision.Order `json:"order"`
	// Records are the records that the command added, oldest first: those of
	// the timed transitions that were due, then its own. A repeated command
	// added none.
	Records []supervision.Record `json:"records,omitempty"`
	// Repeated says that the command was applied before under the same
	// idempotency key, and did nothing this time (R28).
	Repeated bool `json:"repeated"`
}

// Do performs an action on an order. The action is stored whole or not at all.
// Where another command came between, Do decides again on the new state, at a
// new instant, a bounded number of times.
//
// Errors: [*supervision.InvalidError] for faulty input,
// [supervision.ErrNotFound] for an order that does not exist for the actor
// (R22), [*supervision.Refusal] where a rule forbids it (R24), [ErrKeyReused]
// (R28), [ErrStale] where the expected version is not the order's,
// [ErrConflict] where the order changes too fast, [ErrUnknownOutcome] where the
// store's answer was lost, and the store's own.
func (s *Service) Do(
	ctx context.Context, id string, actor supervision.Actor, action supervision.Action, options ...DoOption,
) (Result, error) {
	c, began := command{id: id, actor: actor, action: action}, s.Now()
	for _, option := range options {
		if option == nil {
			c.faults.Add("options", fault.Required, "leave out an option that is nil")
			continue
		}
		option(&c)
	}
	event := OperationEvent{DryRun: c.dryRun, Attempts: 1}
	var result Result
	err := c.validate()
	if err == nil { // a faulty one reaches neither the store nor a log
		event.Order, event.Operation, event.Role = id, action.Operation(), actor.Role
	}
	ctx = s.observer.begin(ctx, string(event.Operation))
	if err == nil {
		result, event.Attempts, err = s.persist(ctx, &c)
	}
	s.observe(ctx, event, began, result.Order, err)
	if err != nil {
		return Result{}, err
	}
	return result.view(actor)
}

// view returns the result as the actor may see it.
func (r Result) view(actor supervision.Actor) (Result, error) {
	order, err := r.Order.For(actor)
	if err != nil {
		return Result{}, err
	}
	return Result{Order: order, Records: views(r.Records, actor), Repeated: r.Repeated}, nil
}

// persist retries while the save loses to a concurrent writer, and tells how
// often it tried.
func (s *Service) persist(ctx context.Context, c *command) (result Result, attempts int, err error) {
	attempts, err = s.contend(func() error {
		result, err = s.try(ctx, c)
		return err
	})
	return result, attempts, err
}

// outrun reports whether a concurrent writer was faster. A version that the
// caller did not expect is not worth another try.
func outrun(err error) bool {
	if err == nil {
		return false
	}
	var conflict *ConflictError
	return errors.As(err, &conflict)
}

// DoOption refines one call of [Service.Do].
type DoOption func(*command)

// WithKey gives the command an idempotency key, which belongs to the order and
// the actor (R28): the same command with the same key is applied once and
// afterwards returns the order as it is; another command with the same key is
// refused with [ErrKeyReused]. The actor is its role and ID, whichever person
// acts for it (R22).
func WithKey(key string) DoOption { return func(c *command) { c.key, c.keyed = key, true } }

// IfVersion makes the command depend on the order's version as the caller saw
// it: [ErrStale] if it is another by now.
func IfVersion(version int64) DoOption {
	return func(c *command) { c.version, c.expects = version, true }
}

// DryRun returns the order as it would be, or the error, and stores nothing of
// the command.
func DryRun() DoOption { return func(c *command) { c.dryRun = true } }

type command struct {
	id      string
	actor   supervision.Actor
	action  supervision.Action
	at      time.Time // of this attempt
	key     string
	keyed   bool
	version int64
	expects bool
	dryRun  bool
	faults  faults
}

func (c *command) validate() error {
	f := c.faults
	f.ID("order", c.id)
	f.join(c.actor.Validate())
	f.join(supervision.CheckAction(c.action))
	if c.keyed {
		f.ID("key", c.key)
	}
	return f.err()
}

// try is one round of load, apply and save.
func (s *Service) try(ctx context.Context, c *command) (Result, error) {
	owned := supervision.Record{Actor: c.actor, Key: c.key}.OwnedKey()
	stored, before, err := s.load(ctx, c.id, c.actor, owned)
	if err != nil {
		return Result{}, err
	}
	c.at = s.Now() // not before: the attempt decides on what it has loaded
	form, err := s.form(ctx, c, &stored, before != nil)
	if err != nil {
		return Result{}, err
	}
	if before != nil {
		if !stored.Repeats(*before, c.action, form...) {
			return Result{}, fmt.Errorf("service: order %q: %w: use a new key for a new command", c.id, ErrKeyReused)
		}
		order, err := s.shown(ctx, stored, c.at)
		return Result{Order: order, Repeated: true}, err
	}
	result, err := c.apply(stored, form)
	if err == nil && !c.dryRun {
		return s.done(ctx, stored, result)
	}
	// What time has made is shown by a refusal, and by a dry run, as well.
	order, err := s.shown(ctx, stored, c.at)
	if err != nil {
		return Result{}, err
	}
	return c.apply(order, form)
}

// done stores what a command has made.
func (s *Service) done(ctx context.Context, stored supervision.Order, result Result) (Result, error) {
	change := Change{Order: result.Order, Before: stored.Version, Records: result.Records, Relay: s.outbox}
	if err := s.commit(ctx, change); err != nil {
		return Result{}, err
	}
	return result, nil
}

// apply does the command to an order.
func (c *command) apply(stored supervision.Order, form []*template.Form) (Result, error) {
	if current, _ := stored.Settle(c.at); c.expects && current.Version != c.version {
		return Result{}, fmt.Errorf("service: order %q has version %d, not %d: %w",
			c.id, current.Version, c.version, ErrStale)
	}
	next, records, err := stored.Apply(c.actor, c.action, c.at, form...)
	if err != nil {
		return Result{}, err
	}
	records[len(records)-1].Key = c.key
	return Result{Order: next, Records: records}, nil
}

// form returns the template that the action fills in, if any. It is loaded
// only where it is looked at: for an allowed or a repeated action.
func (s *Service) form(ctx context.Context, c *command, o *supervision.Order, repeated bool) ([]*template.Form, error) {
	op := c.action.Operation()
	if o.Form(op).Version == 0 {
		return nil, nil
	}
	if d, _ := o.Permit(c.actor, op, c.at); !repeated && !d.Allowed { // an error allows nothing
		return nil, nil
	}
	t, err := s.pinned(ctx, o, op)
	if err != nil {
		return nil, err
	}
	return []*template.Form{t}, nil
}
