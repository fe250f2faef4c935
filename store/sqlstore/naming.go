package sqlstore

import (
	"slices"
	"strconv"
	"strings"

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

// pairs is the condition that a row of the outbox is one of a number of records.
// PostgreSQL would rather read the whole outbox than believe that it is not
// empty, as it was when its statistics were made: those of a queue are always
// stale. So it is told the orders first, split once for all rows, and looks the
// records up one by one.
func (n naming) pairs() string {
	switch n.dialect {
	case Postgres:
		return `order_id = ANY ((SELECT ` + split + `)::text[]) AND (order_id, seq) IN (
SELECT w.order_id, w.seq FROM ` + unnest("tb") + ` AS i (order_id, seq)
CROSS JOIN LATERAL (SELECT * FROM {outbox} WHERE order_id = i.order_id AND seq = i.seq LIMIT 1) w)`
	case SQLite:
		return "(order_id, seq) IN (VALUES ?...)"
	}
	return "(order_id, seq) IN (?...)"
}

// inOrder is pairs for rows that others may write as well. Only PostgreSQL has
// to be told to take them in the order of their keys, without which two writes
// would wait for each other.
func (n naming) inOrder() string {
	return strings.Replace(n.pairs(), "LIMIT 1", "LIMIT 1 FOR UPDATE", 1)
}

// byKey keeps an update by pairs to their rows. MySQL would rather read all of a
// short table, and lock it: then it waits for whoever is adding a row.
func (n naming) byKey() string {
	if n.dialect == MySQL {
		return " FORCE INDEX (PRIMARY)"
	}
	return ""
}

// removal removes rows by pairs. No hint keeps MySQL from reading all when it
// deletes, but what it joins one by one it looks up.
func (n naming) removal() string {
	if n.dialect == MySQL {
		return `DELETE /*+ INL_JOIN(h) */ h FROM ({pairs}) w
STRAIGHT_JOIN {outbox} h ON h.order_id = w.order_id AND h.seq = w.seq`
	}
	return `DELETE FROM {outbox} WHERE ` + n.inOrder()
}

// many writes a statement with pairs for a number of records. To MariaDB a list
// of one pair is no range of an index.
func (n naming) many(query string, ids []supervision.RecordID) string {
	if n.dialect != MySQL {
		return many(query, len(ids), 2)
	}
	if len(ids) == 1 {
		query = strings.Replace(query, "(order_id, seq) IN (?...)", "order_id = ? AND seq = ?", 1)
	}
	pairs := "SELECT CAST(? AS BINARY) AS order_id, CAST(? AS SIGNED) AS seq" +
		strings.Repeat("\nUNION ALL SELECT CAST(? AS BINARY), CAST(? AS SIGNED)", len(ids)-1)
	return many(strings.Replace(query, "{pairs}", pairs, 1), len(ids), 2)
}

// pairsOf is what goes with pairs.
func (n naming) pairsOf(ids []supervision.RecordID) []any {
	if n.dialect != Postgres {
		args := make([]any, 0, 2*len(ids))
		for _, id := range ids {
			args = append(args, id.Order, id.Seq)
		}
		return args
	}
	columns := make([]column, 2)
	for _, id := range ids {
		columns[0].add(id.Order, len(ids))
		columns[1].add(id.Seq, len(ids))
	}
	list := arguments(columns)
	return slices.Insert(list, 0, list[0])
}

// many writes a statement for a number of rows, or of values where a row has
// one.
func many(query string, rows, columns int) string {
	row := marks(columns)
	if columns > 1 {
		row = "(" + row + ")"
	}
	return strings.Replace(query, "?...", strings.Repeat(row+", ", rows-1)+row, 1)
}

// statements are what a store sends, apart from searches, which are composed.
type statements struct {
	naming
	load, loadKey, records, due, dueBehind, template, latest string
	outbox                                                   outbox
	notices
	retention
	engine engine
}

func newStatements(n naming) *statements {
	return &statements{
		naming: n,
		load:   n.text(`SELECT document FROM {orders} WHERE id = ?`),
		loadKey: n.text(`SELECT o.document, r.document FROM {orders} o
LEFT JOIN {records} r ON r.order_id = o.id AND r.idem_key = ? WHERE o.id = ?`),
		records: n.text(`SELECT seq, document FROM {records} WHERE order_id = ? AND seq > ? ORDER BY seq LIMIT ?`),
		due:     n.text(`SELECT id, due, document FROM {orders} WHERE due <= ? ORDER BY due, id LIMIT ?`),
		dueBehind: n.text(`SELECT id, due, document FROM {orders} WHERE due <= ? AND ` + n.beyond("due", ">") +
			` ORDER BY due, id LIMIT ?`),
		template: n.text(`SELECT operation, version, published_at, document FROM {templates}
WHERE seller = ? AND product = ? AND operation = ? AND version = ?`),
		latest: n.text(`SELECT operation, version, published_at, document FROM {templates}
WHERE seller = ? AND product = ? AND (operation, version) IN (
	SELECT operation, max(version) FROM {templates} WHERE seller = ? AND product = ? GROUP BY operation)
ORDER BY operation`),
		outbox:    newOutbox(n),
		notices:   newNotices(n),
		retention: newRetention(n),
		engine:    n.dialect.engine(n),
	}
}
