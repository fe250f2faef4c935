package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Store is a [service.Store] in a SQL database. Make one with [New], or with
// [Store.Join] inside a transaction of the host's.
type Store struct {
	*statements
	documents  *supervision.Documents
	db         *sql.DB   // nil in a joined store
	joined     *session  // nil unless joined
	prepared   *prepared // nil where statements are not prepared
	turns      *turns    // nil unless the database has one writer
	clockLimit time.Duration
}

var _ service.Store = (*Store)(nil)

// engine is how a dialect writes. Of each call everything is applied or
// nothing.
type engine interface {
	// create stores the new orders whose ids are free, and returns the other
	// ids.
	create(ctx context.Context, s *Store, rows []changeRows) (taken []string, err error)
	// save stores the changes whose order still has the version before, and
	// returns the ids of the others.
	save(ctx context.Context, s *Store, rows []changeRows) (conflicts []string, err error)
	// publish stores a template and reports whether its version was the next
	// one.
	publish(ctx context.Context, s *Store, row templateRow) (bool, error)
}

// Option configures a store.
type Option func(*config)

type config struct {
	prefix     string
	clockLimit time.Duration
}

// DefaultPrefix begins the names of the tables unless [WithPrefix] says
// otherwise.
const DefaultPrefix = "serviceflow_"

// WithPrefix sets what the names of the tables begin with: 1 to 32 lower-case
// letters, digits and underscores, not beginning with a digit. Stores with
// different prefixes share nothing.
func WithPrefix(prefix string) Option { return func(c *config) { c.prefix = prefix } }

var validPrefix = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,31}$`)

// ErrOption is wrapped by the errors of [New] and [Store.Join] for a faulty
// argument.
var ErrOption = errors.New("sqlstore: faulty argument")

// New makes a store on a database. It begins and commits its own transactions,
// and repeats them where the database asks for that (deadlock, serialization
// failure, busy), a bounded number of times. It sends nothing: call
// [Store.Migrate] or [Store.Validate] before using it. A faulty dialect,
// database or prefix is an error that wraps [ErrOption].
func New(db *sql.DB, dialect Dialect, options ...Option) (*Store, error) {
	s, err := newStore(dialect, options)
	if err == nil && db == nil {
		err = fmt.Errorf("%w: pass a database", ErrOption)
	}
	if err != nil {
		return nil, err
	}
	s.db = db
	if dialect != Postgres { // whose drivers prepare by themselves, and whose proxies dislike it
		s.prepared = &prepared{db: db}
	}
	if dialect == SQLite {
		s.turns = newTurns()
	}
	return s, nil
}

// Join returns the same store inside the host's transaction, so that the host's
// rows and an order's operation are committed or vanish together. Use it
// through [service.Service.WithStore]. It never begins, commits or repeats a
// transaction. Without a transaction it returns an error that wraps
// [ErrOption].
//
// At REPEATABLE READ, which is MySQL's default, a transaction that has read
// before sees an order as it was then, and may refuse what is allowed by now:
// begin it at READ COMMITTED, or with the operation.
//
// After [supervision.ErrNotFound], [service.ErrExists], a refusal or a conflict
// that names orders the transaction is as usable as before. After any other
// error roll it back. Nothing it returns is [service.ErrUnknownOutcome]: that
// is decided by the host's own commit.
func (s *Store) Join(tx *sql.Tx) (*Store, error) {
	if tx == nil {
		return nil, errNoTransaction
	}
	return s.within(&session{on: tx}), nil
}

// JoinTx is [Store.Join] for a transaction of another driver.
func (s *Store) JoinTx(tx Tx) (*Store, error) {
	if tx == nil {
		return nil, errNoTransaction
	}
	return s.within(&session{tx: tx}), nil
}

func (s *Store) within(in *session) *Store {
	return &Store{statements: s.statements, documents: s.documents, clockLimit: s.clockLimit, joined: in}
}

var errNoTransaction = fmt.Errorf("%w: pass a transaction", ErrOption)

// session runs in the host's transaction, or on the database.
func (s *Store) session() session {
	if s.joined != nil {
		return *s.joined
	}
	return session{on: s.db, prepared: s.prepared}
}

func newStore(dialect Dialect, options []Option) (*Store, error) {
	c := config{prefix: DefaultPrefix}
	for _, option := range options {
		option(&c)
	}
	if dialect.String() == "" {
		return nil, fmt.Errorf("%w: dialect: use SQLite, Postgres or MySQL", ErrOption)
	}
	if !validPrefix.MatchString(c.prefix) {
		return nil, fmt.Errorf("%w: prefix: use 1 to 32 lower-case letters, digits and underscores", ErrOption)
	}
	return &Store{statements: newStatements(newNaming(dialect, c.prefix)), documents: new(supervision.Documents),
		clockLimit: c.clockLimit}, nil
}
