package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// ErrSchema is wrapped by what [Store.Validate] and [Store.Migrate] return
// where the tables are not those this code needs.
var ErrSchema = errors.New("sqlstore: schema")

//go:embed schema
var schemas embed.FS

// Schema returns the dialect's schema as SQL files, oldest first by name. They
// are also files of goose, which takes the tables' prefix from the environment
// variable SERVICEFLOW_PREFIX, DefaultPrefix if there is none.
func Schema(dialect Dialect) (fs.FS, error) {
	if dialect.String() == "" {
		return nil, fmt.Errorf("%w: dialect: use SQLite, Postgres or MySQL", ErrOption)
	}
	return fs.Sub(schemas, path.Join("schema", dialect.String()))
}

// Migrate creates the tables or brings them to the version that this code
// needs. Where [Store.Validate] is content it changes nothing, and needs no
// right to. Any number of callers may migrate at once. A database that a newer
// version has migrated is left as it is. Errors wrap [ErrSchema] where this code
// does not work on such a database, and where another migration on MySQL has not
// ended for ten minutes. It cannot be joined.
func (s *Store) Migrate(ctx context.Context) error {
	files, err := migrations(s.dialect)
	if err != nil {
		return err
	}
	return s.migrate(ctx, files)
}

// Validate checks that this code works on the tables: they are at the version
// that it needs, or at a newer one that says so, for hosts of two versions to
// share a database while they are replaced. Otherwise the error wraps
// [ErrSchema] and says what to do. A database that cannot be asked is an error
// that does not.
func (s *Store) Validate(ctx context.Context) error {
	files, err := migrations(s.dialect)
	if err != nil {
		return err
	}
	return s.validate(ctx, len(files))
}

func (s *Store) validate(ctx context.Context, need int) error {
	have, err := s.version(ctx, s.session())
	switch {
	case missing(err):
		return fmt.Errorf("%w: no tables with the prefix %q: run Migrate: %w", ErrSchema, s.prefix, err)
	case err != nil:
		return s.failed(ctx, err)
	case have.version < need:
		return fmt.Errorf("%w: version %d, this code needs %d: run Migrate", ErrSchema, have.version, need)
	}
	return have.taken(need)
}

// tables are at a version. The oldest one whose code works on them is the same,
// unless what came since has only been added.
type tables struct{ version, oldest int }

// taken says that code which needs a version does not work on the tables.
func (t tables) taken(need int) error {
	if need >= t.oldest {
		return nil
	}
	return fmt.Errorf("%w: version %d takes code for %d or newer, and this is for %d: upgrade this host", ErrSchema,
		t.version, t.oldest, need)
}

func (s *Store) version(ctx context.Context, in session) (t tables, err error) {
	err = in.query(ctx, func(r Row) error { return r.Scan(&t.version, &t.oldest) },
		s.text(`SELECT version, oldest FROM {schema} ORDER BY version DESC LIMIT 1`))
	return t, err
}

func (s *Store) migrate(ctx context.Context, files []string) error {
	if s.joined != nil {
		return fmt.Errorf("%w: migrate with a store made by New", ErrOption)
	}
	if err := s.validate(ctx, len(files)); !errors.Is(err, ErrSchema) {
		return err
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return s.failed(ctx, err)
	}
	defer conn.Close()
	if err := s.exclusively(ctx, session{on: conn},
		func(in session) error { return s.upgrade(ctx, in, files) }); err != nil {
		return s.failed(ctx, err)
	}
	return nil
}

// upgrade runs the files that the database has not seen. Each file's last
// statement records its version, and the oldest whose code works on it.
func (s *Store) upgrade(ctx context.Context, in session, files []string) error {
	if _, err := in.exec(ctx, s.text(`CREATE TABLE IF NOT EXISTS {schema}
(version INTEGER NOT NULL PRIMARY KEY, oldest INTEGER NOT NULL)`)); err != nil {
		return err
	}
	have, err := s.version(ctx, in)
	if err != nil {
		return err
	}
	if err := have.taken(len(files)); err != nil {
		return err
	}
	for _, file := range files[min(have.version, len(files)):] {
		for _, statement := range s.split(file) {
			if _, err := in.exec(ctx, statement); err != nil {
				return err
			}
		}
	}
	return nil
}

// exclusively lets one migration run at a time: in one transaction where the
// database can change its schema in one. Whatever fails, the connection goes
// back without a transaction and without the lock.
func (s *Store) exclusively(ctx context.Context, in session, run func(session) error) error {
	begin, lock, commit, rollback := "BEGIN IMMEDIATE", "", "COMMIT", "ROLLBACK"
	switch s.dialect {
	case Postgres:
		begin, lock = "BEGIN", s.text("SELECT pg_advisory_xact_lock(hashtext('{schema}'))")
	case MySQL:
		begin, commit = s.text("SELECT GET_LOCK('{schema}', 600)"), s.text("DO RELEASE_LOCK('{schema}')")
		rollback = commit
	}
	err := s.begin(ctx, in, begin)
	for attempt := 0; attempt < attempts && gaveUp(err); attempt++ {
		pause(ctx, attempt)
		err = s.begin(ctx, in, begin) // the lock is a row in TiDB
	}
	if err != nil {
		return err
	}
	if lock != "" {
		_, err = in.exec(ctx, lock)
	}
	if err == nil {
		err = run(in)
	}
	if err == nil {
		_, err = in.exec(ctx, commit)
	}
	if err != nil {
		_, undo := in.exec(context.WithoutCancel(ctx), rollback)
		return errors.Join(err, undo)
	}
	return nil
}

// errLocked says that another migration has not ended.
var errLocked = fmt.Errorf("%w: another migration holds the lock: run Migrate again when it has ended", ErrSchema)

// begin begins a migration. MySQL tells in a row whether a lock was had: that
// others have held it for too long is no error there. Where the row does not
// come the lock may be there.
func (s *Store) begin(ctx context.Context, in session, text string) error {
	if s.dialect != MySQL {
		_, err := in.exec(ctx, text)
		return err
	}
	var had sql.NullInt64
	err := in.query(ctx, func(r Row) error { return r.Scan(&had) }, text)
	if err == nil && had.Int64 != 1 {
		return errLocked
	}
	if err != nil {
		_, _ = in.exec(context.WithoutCancel(ctx), s.text("DO RELEASE_LOCK('{schema}')"))
	}
	return err
}

// migrations reads a dialect's files, oldest first.
func migrations(dialect Dialect) ([]string, error) {
	files, err := Schema(dialect)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(names))
	for i, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		texts[i] = string(text)
	}
	return texts, nil
}

// split returns a file's statements, with the prefix put in. A statement ends
// with a semicolon at the end of a line.
func (s *Store) split(file string) []string {
	file = strings.ReplaceAll(file, "${SERVICEFLOW_PREFIX:-"+DefaultPrefix+"}", s.prefix)
	var list []string
	for statement := range strings.SplitSeq(file, ";\n") {
		if code := withoutComments(statement); code != "" {
			list = append(list, code)
		}
	}
	return list
}

func withoutComments(statement string) string {
	var b strings.Builder
	for line := range strings.Lines(statement) {
		if code := strings.TrimSpace(line); code != "" && !strings.HasPrefix(code, "--") {
			b.WriteString(line)
		}
	}
	return strings.TrimSpace(b.String())
}
