package service

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
)

// Service runs the rules over a store: it loads an order, applies an action at
// the clock's instant and saves what came of it. It is safe for concurrent use,
// and any number of services in any number of processes may share one store.
type Service struct {
	store      Store
	clock      clock.Clock
	policy     supervision.Policy
	log        *slog.Logger
	observer   Observer
	templates  *templateCache
	rebuilt    *rebuiltOrders
	outbox     bool
	attempts   int
	batch      int
	writers    int
	publishers int
	lease      time.Duration
	interval   time.Duration
	retryFirst time.Duration
	retryMost  time.Duration
}

// The defaults of a service.
const (
	defaultAttempts   = 10
	defaultBatch      = 200
	defaultLease      = time.Minute
	defaultInterval   = time.Second
	defaultRetryFirst = time.Second
	defaultRetryMost  = time.Hour
	longestWait       = time.Minute
)

// New makes a service on a store. Without options it uses the wall clock and
// the [Guide] policy, and logs nothing. It returns an error wrapping
// [ErrPolicy] for a faulty policy and [ErrInvalid] for any other faulty
// argument.
func New(store Store, options ...Option) (*Service, error) {
	s := &Service{
		store: store, clock: clock.New(), policy: supervision.Guide(), log: slog.New(slog.DiscardHandler),
		templates: &templateCache{}, rebuilt: &rebuiltOrders{},
		outbox: true, attempts: defaultAttempts, batch: defaultBatch, lease: defaultLease, interval: defaultInterval,
		writers: 1, publishers: 1, retryFirst: defaultRetryFirst, retryMost: defaultRetryMost,
	}
	var f faults
	for _, option := range options {
		if option == nil {
			f.Add("options", fault.Required, "leave out an option that is nil")
			continue
		}
		option(s)
	}
	if err := errors.Join(s.policy.Validate(), s.validate(f)); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Service) validate(f faults) error {
	for _, part := range []struct {
		name    string
		missing bool
	}{{"store", s.store == nil}, {"clock", s.clock == nil}, {"logger", s.log == nil}} {
		if part.missing {
			f.Add(part.name, fault.Required, "pass one")
		}
	}
	f.Range("batch", s.batch, 1, supervision.MaxPage)
	f.Duration("lease", s.lease, supervision.Tick)
	f.Duration("interval", s.interval, supervision.Tick)
	f.Range("writers", s.writers, 1, supervision.MaxPage)
	f.Range("publishers", s.publishers, 1, supervision.MaxPage)
	f.Duration("retry_first", s.retryFirst, supervision.Tick)
	f.Duration("retry_most", s.retryMost, s.retryFirst)
	return f.err()
}

// Option configures a service.
type Option func(*Service)

// WithClock sets the clock; tests pass a mock.
func WithClock(c clock.Clock) Option { return func(s *Service) { s.clock = c } }

// WithPolicy sets the policy of new orders (R25); running orders keep theirs.
func WithPolicy(p supervision.Policy) Option { return func(s *Service) { s.policy = p } }

// WithLogger sets where the service logs: operations at debug, what time did at
// info, trouble at warn, with the error of the store or of publish as it is, a
// panic of publish at error, with the type of its value and the stack. Apart
// from what such an error says it never logs what users wrote.
func WithLogger(log *slog.Logger) Option { return func(s *Service) { s.log = log } }

// WithObserver sets the hooks for metrics and traces.
func WithObserver(o Observer) Option { return func(s *Service) { s.observer = o } }

// WithoutOutbox keeps records out of the outbox, for hosts that never relay and
// for adopting orders without telling anybody. Notices go there all the same.
func WithoutOutbox() Option { return func(s *Service) { s.outbox = false } }

// WithBatch sets how many orders a settling step saves at once, and how many
// records a relaying step claims; 200 by default, at most MaxPage.
func WithBatch(n int) Option { return func(s *Service) { s.batch = n } }

// WithWriters sets how many batches Settle, Notice and Adopt store at once, on
// a connection each; 1 by default, at most MaxPage. Where a database has one
// writer, as SQLite has, the others prepare meanwhile what comes next.
func WithWriters(n int) Option { return func(s *Service) { s.writers = n } }

// WithPublishers sets how many records a relay hands over at once, each of
// another order; 1 by default, at most MaxPage. One that hangs keeps a publisher
// until its lease ends: with several, Run goes on with the others.
func WithPublishers(n int) Option { return func(s *Service) { s.publishers = n } }

// WithRetry sets when a record that could not be relayed is tried again: after
// first, twice as long after each further attempt, but never after more than
// most. A second and an hour by default.
func WithRetry(first, most time.Duration) Option {
	return func(s *Service) { s.retryFirst, s.retryMost = first, most }
}

// WithLease sets for how long a relay claims records, and so for how long
// publish may take; what it has not acknowledged by then is relayed again. A
// minute by default.
func WithLease(d time.Duration) Option { return func(s *Service) { s.lease = d } }

// WithInterval sets how long Run waits when there is nothing to do; a second by
// default.
func WithInterval(d time.Duration) Option { return func(s *Service) { s.interval = d } }

// WithStore returns the same service on a store that has joined the host's
// transaction. It applies each command once and leaves a conflict to the host,
// which has to begin its transaction anew. A command that repeats a key is no
// error (R28): call Do first, and write the host's own rows only if its result
// is not Repeated. The service has one writer and one publisher, as a
// transaction has one connection, and remembers no templates beyond it, which
// may take back what it published. The observer hears of an operation when it
// is done, and not what becomes of the transaction.
func (s *Service) WithStore(joined Store) *Service {
	in := *s
	in.store, in.attempts, in.writers, in.publishers = joined, 1, 1, 1
	in.templates, in.rebuilt = &templateCache{}, &rebuiltOrders{}
	return &in
}

// Order returns an order as it is now and as the actor may see it (R22, R34).
// What time has made due and no worker has stored yet is stored first, so that
// nothing which comes later undoes what was shown (R02). Errors:
// [*InvalidError] for a faulty id or actor, [ErrNotFound], [ErrConflict] where
// the order changes too fast, and those of storing: [ErrUnknownOutcome] and
// [ErrClock] as well.
func (s *Service) Order(ctx context.Context, id string, actor supervision.Actor) (supervision.Order, error) {
	order, err := s.show(ctx, id, actor, s.Now())
	if err != nil {
		return supervision.Order{}, err
	}
	return order.For(actor)
}

// Now returns the instant the service works at, for asking an order for its
// operations, deadlines and steps.
func (s *Service) Now() time.Time { return s.clock.Now().UTC().Truncate(supervision.Tick) }

func (s *Service) load(ctx context.Context, id string, actor supervision.Actor, key string) (supervision.Order,
	*supervision.Record, error) {
	var f faults
	f.ID("order", id)
	f.join(actor.Validate())
	if err := f.err(); err != nil {
		return supervision.Order{}, nil, err
	}
	order, repeated, err := s.store.Load(ctx, id, key)
	switch {
	case errors.Is(err, supervision.ErrNotFound):
		return supervision.Order{}, nil, supervision.NotFound(id)
	case errors.Is(err, supervision.ErrNewerFormat), errors.Is(err, supervision.ErrMalformed):
		return supervision.Order{}, nil, s.unreadable(ctx, id, actor, err)
	case err != nil:
		return supervision.Order{}, nil, err
	}
	if _, err := order.For(actor); err != nil {
		return supervision.Order{}, nil, err
	}
	return order, repeated, nil
}

// unreadable returns the error of an order that cannot be read, as an actor gets
// it: to whom the order list does not show it, it does not exist (R22).
func (s *Service) unreadable(ctx context.Context, id string, actor supervision.Actor, err error) error {
	query := supervision.Query{Criteria: supervision.Criteria{Orders: []string{id}}, Limit: 1}
	filter, _, faulty := query.Filter(actor, s.Now())
	if faulty != nil {
		return faulty
	}
	if found, failed := s.store.Search(ctx, filter); failed != nil || len(found) > 0 {
		return cmp.Or(failed, err)
	}
	return supervision.NotFound(id)
}

// Page is one page of the order list: of summaries, or of whole orders.
type Page[T supervision.Summary | supervision.Order] struct {
	// Orders are in the query's order, and all of them the actor's to see. It is
	// never nil, which JSON would write as null.
	Orders []T `json:"orders"`
	// Unreadable are the orders of a page of whole orders that are stored and
	// cannot be read. A page of summaries reads none and has none.
	Unreadable []*UnreadableError `json:"unreadable,omitempty"`
	// Next is the cursor of the next page; empty on the last.
	Next string `json:"next,omitempty"`
}

// Search returns a page of the orders that the actor may see and the query asks
// for, in the query's order, each summed up as it is now (R22, R34). No order
// is read for it, so a page is small whatever the orders hold; one that could
// not be read is on it like any other. Errors: [*InvalidError] for a faulty
// query, cursor or actor, and the store's own.
func (s *Service) Search(ctx context.Context, actor supervision.Actor,
	query supervision.Query) (page Page[supervision.Summary], err error) {
	at := s.Now()
	found, next, err := s.search(ctx, actor, query, at, false)
	if err != nil {
		return page, err
	}
	page = Page[supervision.Summary]{Orders: make([]supervision.Summary, 0, len(found)), Next: next}
	for _, one := range found {
		if view, err := one.Listing.For(actor, at); err == nil { // whatever a store finds, a party sees its own only
			page.Orders = append(page.Orders, view)
		}
	}
	return page, nil
}

// SearchWhole returns the same page as [Service.Search] does, but of the whole
// orders, each as it is now and as the actor may see it. An order can be 2 MB
// large, so ask for short pages. An order that cannot be read hides no other. Errors
// are those of Search.
func (s *Service) SearchWhole(ctx context.Context, actor supervision.Actor,
	query supervision.Query) (page Page[supervision.Order], err error) {
	at := s.Now()
	found, next, err := s.search(ctx, actor, query, at, true)
	if err != nil {
		return page, err
	}
	page = Page[supervision.Order]{Orders: make([]supervision.Order, 0, len(found)), Next: next}
	for _, one := range found {
		var unreadable *UnreadableError
		if errors.As(one.Err, &unreadable) {
			page.Unreadable = append(page.Unreadable, unreadable)
			continue
		}
		order, _ := one.Order.Settle(at)
		if view, err := order.For(actor); err == nil {
			page.Orders = append(page.Orders, view)
		}
	}
	return page, nil
}

// search returns what a page is made of, and the cursor of the next one.
func (s *Service) search(ctx context.Context, actor supervision.Actor, query supervision.Query, at time.Time,
	whole bool) (found []Found, next string, err error) {
	filter, none, err := query.Filter(actor, at)
	if err != nil || none {
		return nil, "", err
	}
	filter.Whole = whole
	filter.Limit++ // one more tells whether another page follows
	if found, err = s.store.Search(ctx, filter); err != nil {
		return nil, "", err
	}
	if len(found) == filter.Limit {
		found = found[:filter.Limit-1]
		next = filter.Next(found[len(found)-1].Position)
	}
	return found, next, nil
}

// Records returns an order's operation records with a sequence number above
// after, oldest first, at most limit (DefaultPage when 0), for an actor that
// may see the order, and as it may see them (R21, R22, R34); never nil but with
// an error. What time has made due is stored first, as [Service.Order] does.
// Records that cannot be read are left out, and each is named by an
// [*UnreadableError] that comes with the others. Errors besides:
// [*InvalidError] for a faulty id, actor or limit, and those of
// [Service.Order].
func (s *Service) Records(ctx context.Context, id string, actor supervision.Actor, after int64,
	limit int) ([]supervision.Record, error) {
	at := s.Now()
	if limit == 0 {
		limit = supervision.DefaultPage
	}
	var f faults
	f.Range("limit", limit, 1, supervision.MaxPage)
	if after < 0 {
		f.Put("after", supervision.Fault{Code: fault.OutOfRange, Min: "0", Message: "give a sequence number, or 0"})
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if _, err := s.show(ctx, id, actor, at); err != nil {
		return nil, err
	}
	found, err := s.store.Records(ctx, id, after, limit)
	if err != nil {
		return nil, err
	}
	records, unreadable := readable(found)
	return views(records, actor), unreadable
}

// readable returns the records that could be read, never nil, and the errors of
// the others.
func readable(found []FoundRecord) ([]supervision.Record, error) {
	records := make([]supervision.Record, 0, len(found))
	var unreadable []error
	for _, one := range found {
		if one.Err != nil {
			unreadable = append(unreadable, one.Err)
			continue
		}
		records = append(records, one.Record)
	}
	return records, errors.Join(unreadable...)
}

// views turns records into what the actor may see of them (R34).
func views(records []supervision.Record, actor supervision.Actor) []supervision.Record {
	for i := range records {
		records[i] = records[i].For(actor)
	}
	return records
}
