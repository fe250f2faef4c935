package sqlstore

import (
	"context"
	"strconv"
	"strings"
)

// postgres writes everything of a call with one statement, whatever the number
// of orders: rows go in as one value for each [column]. No statement inserts
// what may be there already, because a failed one would end the host's
// transaction.
type postgres struct{ createOrder, createOrders, saveOrder, saveOrders, template string }

func newPostgres(n naming) postgres {
	return postgres{
		createOrder: n.text(`WITH saved AS (
	INSERT INTO {orders} (` + orderColumns + `) VALUES (` + marks(orderWidth) + `) ON CONFLICT (id) DO NOTHING
	RETURNING id),
` + addRecords + `
SELECT id FROM saved`),
		createOrders: n.text(`WITH saved AS (
	INSERT INTO {orders} (` + orderColumns + `)
	SELECT * FROM ` + unnest("ttb tttbbbbtb bbbb bbt bbt") + `
	ON CONFLICT (id) DO NOTHING RETURNING id),
` + addRecords + `
SELECT id FROM saved`),
		saveOrder: n.text(`WITH saved AS (
	UPDATE {orders} SET ` + orderChanges + ` WHERE id = ? AND version = ? RETURNING id),
added AS (
	INSERT INTO {records} (order_id, seq, happened_at, idem_key, document)
	SELECT id, ?::bigint, ?::bigint, ?::text, ?::text FROM saved),
queued AS (
	INSERT INTO {outbox} (order_id, seq, waits_since, next_at) SELECT id, ?::bigint, ?::bigint, ?::bigint FROM saved
	WHERE ?::bigint IS NOT NULL)
SELECT id FROM saved`),
		saveOrders: n.text(`WITH saved AS (
	UPDATE {orders} o SET buyer = i.buyer, seller = i.seller, status = i.status,
		waiting_since = i.waiting_since, due = i.due, accepted_at = i.accepted_at,
		closed_at = i.closed_at, closed_as = i.closed_as, handle_by = i.handle_by,
		buyer_appeal = i.buyer_appeal, seller_appeal = i.seller_appeal,
		blackout_begins = i.blackout_begins, blackout_ends = i.blackout_ends,
		proposed_at = i.proposed_at, proposed_amount = i.proposed_amount, proposed_currency = i.proposed_currency,
		notice_at = i.notice_at, version = i.version, document = i.document
	FROM ` + unnest("tttbbbbtb bbbb bbt bbt tb") + `
		AS i (buyer, seller, status, waiting_since, due, accepted_at, closed_at, closed_as,
			handle_by, buyer_appeal, seller_appeal, blackout_begins, blackout_ends, proposed_at, proposed_amount,
			proposed_currency, notice_at, version, document, id, before)
	WHERE o.id = i.id AND o.version = i.before RETURNING o.id),
` + addRecords + `
SELECT id FROM saved`),
		template: n.text(`INSERT INTO {templates} (seller, product, operation, version, published_at, document)
SELECT i.* FROM (VALUES (?::text, ?::text, ?::text, ?::integer, ?::bigint, ?::text))
	AS i (seller, product, operation, version, published_at, document)
WHERE i.version = 1 + (SELECT coalesce(max(t.version), 0) FROM {templates} t
	WHERE t.seller = i.seller AND t.product = i.product AND t.operation = i.operation)
ON CONFLICT DO NOTHING`),
	}
}

// addRecords continues a statement that has saved orders: their records are
// added, and those that are relayed go to the outbox.
var addRecords = `new AS (
	SELECT i.* FROM ` + unnest("tbbttb") + `
		AS i (order_id, seq, happened_at, idem_key, document, waits_since)
	JOIN saved s ON s.id = i.order_id),
added AS (
	INSERT INTO {records} (order_id, seq, happened_at, idem_key, document)
	SELECT order_id, seq, happened_at, idem_key, document FROM new),
queued AS (
	INSERT INTO {outbox} (order_id, seq, waits_since, next_at) SELECT order_id, seq, waits_since, waits_since
	FROM new WHERE waits_since IS NOT NULL)`

func (q postgres) create(ctx context.Context, s *Store, rows []changeRows) (taken []string, err error) {
	query, args := q.createOrder, rows[0].order.inserted()
	if len(rows) > 1 {
		query, args = q.createOrders, sentOrders(rows, (*orderRow).inserted)
	}
	return q.write(ctx, s, rows, query, append(args, sentRecords(rows)...))
}

func (q postgres) save(ctx context.Context, s *Store, rows []changeRows) (conflicts []string, err error) {
	query, args := q.saveOrders, []any(nil)
	if len(rows) == 1 && len(rows[0].records) == 1 {
		query, args = q.saveOrder, rows[0].single()
	} else {
		args = append(sentOrders(rows, (*orderRow).updated), sentRecords(rows)...)
	}
	return q.write(ctx, s, rows, query, args)
}

// write runs a statement that returns the ids of the orders that it has
// written, and returns the others.
func (q postgres) write(ctx context.Context, s *Store, rows []changeRows, query string,
	args []any) (left []string, err error) {
	saved := make(map[string]bool, len(rows))
	err = s.statement(ctx, func(in session) error {
		clear(saved)
		return in.query(ctx, func(r Row) error {
			var id string
			err := r.Scan(&id)
			saved[id] = true
			return err
		}, query, args...)
	})
	for _, row := range rows {
		if !saved[row.order.ID] {
			left = append(left, row.order.ID)
		}
	}
	return left, err
}

// single are the values of a change of one record, as nearly all are. Plain
// values spare the server a third of the work that arrays of one make.
func (r *changeRows) single() []any {
	record := r.records[0]
	return append(r.order.updated(), record.Seq, record.at, record.key, record.document, record.Seq,
		record.queued(), record.queued(), record.queued())
}

func sentOrders(rows []changeRows, values func(*orderRow) []any) []any {
	var columns []column
	for _, row := range rows {
		list := values(&row.order)
		if columns == nil {
			columns = make([]column, len(list))
		}
		for i, value := range list {
			columns[i].add(value, len(rows))
		}
	}
	return arguments(columns)
}

func sentRecords(rows []changeRows) []any {
	columns := make([]column, 6)
	for _, row := range rows {
		for _, r := range row.records {
			columns[0].add(r.Order, len(rows))
			columns[1].add(r.Seq, len(rows))
			columns[2].add(r.at, len(rows))
			columns[3].add(r.key, len(rows))
			columns[4].add(r.document, len(rows))
			columns[5].add(r.queued(), len(rows))
		}
	}
	return arguments(columns)
}

func (q postgres) publish(ctx context.Context, s *Store, t templateRow) (published bool, err error) {
	err = s.statement(ctx, func(in session) error {
		n, err := in.exec(ctx, q.template, t.inserted()...)
		published = n == 1
		return err
	})
	return published, err
}

// column is what many rows have in a column, as one text that the server
// splits: both sides have less work with it than with an array, which has a
// backslash before each quotation mark of a document. Each value is followed by
// a separator, and NULL is nothing.
type column struct{ strings.Builder }

// separator is the record separator of ASCII. No id, key or word that passes
// validation holds it, and JSON writes it as an escape.
const separator = '\x1e'

// split makes an array of a column.
const split = `string_to_array(?, chr(30), '')`

// unnest is the rows of columns: t is text, b is bigint.
func unnest(kinds string) string {
	var list []string
	for _, kind := range strings.ReplaceAll(kinds, " ", "") {
		list = append(list, split+map[rune]string{'b': "::bigint[]"}[kind])
	}
	return "unnest(" + strings.Join(list, ", ") + ")"
}

// add adds a value; rows is how many there will be, more or less. What holds
// the separator becomes NULL, so that it moves no other value: it can only be an
// id that somebody asks for, and there is no such order.
func (c *column) add(value any, rows int) {
	switch v := value.(type) {
	case int64:
		var digits [20]byte
		c.room(rows, len(digits))
		c.Write(strconv.AppendInt(digits[:0], v, 10))
	case string:
		if strings.IndexByte(v, separator) < 0 {
			c.room(rows, len(v))
			c.WriteString(v)
		}
	}
	c.WriteByte(separator)
}

// room makes room for rows that are as long as the first.
func (c *column) room(rows, length int) {
	if c.Cap() == 0 {
		c.Grow(rows * (length + 1))
	}
}

// arguments are columns as arguments.
func arguments(columns []column) []any {
	args := make([]any, len(columns))
	for i := range columns {
		args[i] = strings.TrimSuffix(columns[i].String(), string(separator))
	}
	return args
}
