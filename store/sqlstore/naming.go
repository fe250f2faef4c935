package sqlstore

import (
	"strconv"
	"strings"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// naming writes statements as a dialect wants them, on the tables of one
// prefix.
type naming struct {
	dialect Dialect
	prefix  string
	tables  *strings.Replacer
}

func newNaming(dialect Dialect, prefix string) naming {
	var pairs []string
	for _, table := range []string{"orders", "records", "outbox", "templates", "schema"} {
		pairs = append(pairs, "{"+table+"}", prefix+table)
	}
	return naming{dialect, prefix, strings.NewReplacer(pairs...)}
}

// text names the tables and numbers the parameters.
func (n naming) text(query string) string {
	query = n.tables.Replace(query)
	if n.dialect != Postgres {
		return query
	}
	parts := strings.Split(query, "?")
	var b strings.Builder
	b.WriteString(parts[0])
	for i, part := range parts[1:] {
		b.WriteString("$" + strconv.Itoa(i+1) + part)
	}
	return b.String()
}

// beyond is the condition of a page that begins behind a position: the column's
// instant and the id, > or <. MySQL finds no index range for a comparison of
// pairs.
func (n naming) beyond(column, op string) string {
	if n.dialect == MySQL {
		return "(" + column + " " + op + " ? OR (" + column + " = ? AND id " + op + " ?))"
	}
	return "(" + column + ", id) " + op + " (?, ?)"
}

// position is what goes with beyond.
func (n naming) position(p supervision.Position) []any {
	at := p.At.UnixMicro()
	if n.dialect == MySQL {
		return []any{at, at, p.ID}
	}
	return []any{at, p.ID}
}

// statements are what a store sends, apart from searches, which are composed.
type statements struct {
	naming
	load, loadKey, records, due, dueBehind, template, latest string
	retention
	engine engine
}

// known keeps the statements of each dialect and prefix, since Join is called
// for each transaction.
var known sync.Map

func statementsFor(dialect Dialect, prefix string) *statements {
	key := struct {
		Dialect
		string
	}{dialect, prefix}
	if s, ok := known.Load(key); ok {
		return s.(*statements)
	}
	s := newStatements(newNaming(dialect, prefix))
	known.Store(key, s)
	return s
}

func newStatements(n naming) *statements {
	return &statements{
		naming: n,
		load:   n.text(`SELECT document FROM {orders} WHERE id = ?`),
		loadKey: n.text(`SELECT o.document, r.document FROM {orders} o
LEFT JOIN {records} r ON r.order_id = o.id AND r.idem_key = ? WHERE o.id = ?`),
		records: n.text(`SELECT document FROM {records} WHERE order_id = ? AND seq > ? ORDER BY seq LIMIT ?`),
		due:     n.text(`SELECT id, due, document FROM {orders} WHERE due <= ? ORDER BY due, id LIMIT ?`),
		dueBehind: n.text(`SELECT id, due, document FROM {orders} WHERE due <= ? AND ` + n.beyond("due", ">") +
			` ORDER BY due, id LIMIT ?`),
		template: n.text(`SELECT version, published_at, document FROM {templates} WHERE seller = ? AND product = ? AND version = ?`),
		latest: n.text(`SELECT version, published_at, document FROM {templates} WHERE seller = ? AND product = ?
ORDER BY version DESC LIMIT 1`),
		retention: newRetention(n),
		engine:    n.dialect.engine(n),
	}
}
