package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision/service"
)

// mysql writes in a transaction of a few statements, each for all rows of the
// call; where the server takes them, those of one operation as one block.
type mysql struct {
	quiet, relayed                         string // blocks that save an operation, and relay its record
	insert, update, record, wait, template string // for one row, kept prepared
	lock, inserts, updates, records, waits string // for many rows
}

func newMySQL(n naming) mysql {
	q := mysql{
		insert: n.text(`INSERT INTO {orders} (` + orderColumns + `) VALUES (` + marks(orderWidth) + `)`),
		update: n.text(`UPDATE {orders} SET ` + orderChanges + ` WHERE id = ? AND version = ?`),
		record: n.text(`INSERT INTO {records} (order_id, seq, happened_at, idem_key, document) VALUES (?, ?, ?, ?, ?)`),
		wait:   n.text(`INSERT INTO {outbox} (order_id, seq, waits_since, next_at) VALUES (?, ?, ?, ?)`),
		template: n.text(`INSERT INTO {templates} (seller, product, operation, version, published_at, document)
SELECT ?, ?, ?, ?, ?, ? FROM DUAL
WHERE (SELECT coalesce(max(version), 0) FROM {templates} WHERE seller = ? AND product = ? AND operation = ?) = ?`),

		lock: n.text(`SELECT /*+ INL_JOIN(o) */ o.id, o.version FROM (SELECT CAST(? AS BINARY) AS id{ids}) w
STRAIGHT_JOIN {orders} o ON o.id = w.id FOR UPDATE`),
		inserts: n.text(`INSERT INTO {orders} (` + orderColumns + `) VALUES ?...`),
		updates: n.text(`INSERT INTO {orders} (` + orderColumns + `) VALUES ?...
ON DUPLICATE KEY UPDATE buyer = VALUES(buyer), seller = VALUES(seller), status = VALUES(status),
waiting_since = VALUES(waiting_since), due = VALUES(due), accepted_at = VALUES(accepted_at),
closed_at = VALUES(closed_at), closed_as = VALUES(closed_as), handle_by = VALUES(handle_by),
buyer_appeal = VALUES(buyer_appeal), seller_appeal = VALUES(seller_appeal),
blackout_begins = VALUES(blackout_begins), blackout_ends = VALUES(blackout_ends),
proposed_at = VALUES(proposed_at), proposed_amount = VALUES(proposed_amount),
proposed_currency = VALUES(proposed_currency), notice_at = VALUES(notice_at),
version = VALUES(version), document = VALUES(document)`),
		records: n.text(`INSERT INTO {records} (order_id, seq, happened_at, idem_key, document) VALUES ?...`),
		waits:   n.text(`INSERT INTO {outbox} (order_id, seq, waits_since, next_at) VALUES ?...`),
	}
	q.quiet, q.relayed = block(q.update, q.record), block(q.update, q.record, q.wait)
	return q
}

// block is a transaction as one statement, and so one round trip: what follows
// the first one only happens where that changed a row. MariaDB runs such a
// block without a stored procedure; other servers refuse to parse it.
func block(first string, then ...string) string {
	return `BEGIN NOT ATOMIC
DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
START TRANSACTION;
` + first + `;
IF ROW_COUNT() = 1 THEN
` + strings.Join(then, ";\n") + `;
END IF;
COMMIT;
END`
}

func (q mysql) create(ctx context.Context, s *Store, rows []changeRows) (taken []string, err error) {
	write, level := q.createMany, s.claimLevel()
	if len(rows) == 1 {
		write, level = q.createOne, sql.LevelDefault
	}
	err = s.transaction(ctx, level, func(in session) error {
		taken, err = write(ctx, in, rows)
		return err
	}, q.insert, q.record, q.wait)
	return taken, err
}

func (q mysql) createOne(ctx context.Context, in session, rows []changeRows) (taken []string, err error) {
	switch _, err := in.exec(ctx, q.insert, rows[0].order.inserted()...); {
	case duplicate(err):
		return []string{rows[0].order.ID}, nil
	case err != nil:
		return nil, err
	}
	return nil, q.add(ctx, in, rows[0].records)
}

// createMany learns which ids are taken, and inserts the others. Somebody may
// take one of those meanwhile, because it locks nothing that is not there; then
// it learns anew.
func (q mysql) createMany(ctx context.Context, in session, rows []changeRows) (taken []string, err error) {
	for range rows {
		versions, err := q.versions(ctx, in, rows)
		if err != nil {
			return nil, err
		}
		taken = nil
		var orders []any
		var records []recordRow
		for _, row := range rows {
			if _, exists := versions[row.order.ID]; exists {
				taken = append(taken, row.order.ID)
				continue
			}
			orders = append(orders, row.order.inserted()...)
			records = append(records, row.records...)
		}
		if len(orders) == 0 {
			return taken, nil
		}
		switch _, err := in.exec(ctx, many(q.inserts, len(orders)/orderWidth, orderWidth), orders...); {
		case err == nil:
			return taken, q.add(ctx, in, records)
		case !duplicate(err):
			return nil, err
		}
	}
	return nil, service.ErrConflict
}

func (q mysql) save(ctx context.Context, s *Store, rows []changeRows) (conflicts []string, err error) {
	if len(rows) == 1 && len(rows[0].records) == 1 && s.takesBlocks() {
		conflicts, err := q.saveBlock(ctx, s, rows[0])
		if !errors.Is(err, errNoBlocks) {
			return conflicts, err
		}
	}
	write := q.saveMany
	if len(rows) == 1 {
		write = q.saveOne
	}
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		conflicts, err = write(ctx, in, rows)
		return err
	}, q.update, q.record, q.wait)
	return conflicts, err
}

// saveBlock saves an operation under compare-and-swap in one round trip.
func (q mysql) saveBlock(ctx context.Context, s *Store, row changeRows) (conflicts []string, err error) {
	records, waits := recordValues(row.records)
	text := q.quiet
	if len(waits) > 0 {
		text = q.relayed
	}
	n, err := s.block(ctx, text, slices.Concat(row.order.updated(), records, waits)...)
	if err == nil && n == 0 {
		conflicts = []string{row.order.ID}
	}
	return conflicts, err
}

// saveOne saves an order under compare-and-swap.
func (q mysql) saveOne(ctx context.Context, in session, rows []changeRows) (conflicts []string, err error) {
	order := &rows[0].order
	n, err := in.exec(ctx, q.update, order.updated()...)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return []string{order.ID}, nil
	}
	return nil, q.add(ctx, in, rows[0].records)
}

// saveMany locks the orders to learn which of them still have their version,
// and then writes those.
func (q mysql) saveMany(ctx context.Context, in session, rows []changeRows) (conflicts []string, err error) {
	versions, err := q.versions(ctx, in, rows)
	if err != nil {
		return nil, err
	}
	var orders []any
	var records []recordRow
	for _, row := range rows {
		if version, ok := versions[row.order.ID]; !ok || version != row.order.before {
			conflicts = append(conflicts, row.order.ID)
			continue
		}
		orders = append(orders, row.order.inserted()...)
		records = append(records, row.records...)
	}
	if len(orders) == 0 {
		return conflicts, nil
	}
	if _, err := in.exec(ctx, many(q.updates, len(orders)/orderWidth, orderWidth), orders...); err != nil {
		return nil, err
	}
	return conflicts, q.add(ctx, in, records)
}

// versions locks orders and returns their versions. Of a short table MySQL would
// rather read all, and wait for whoever is writing any; what it joins one by one
// it looks up.
func (q mysql) versions(ctx context.Context, in session, rows []changeRows) (map[string]int64, error) {
	ids := make([]any, len(rows))
	for i := range rows {
		ids[i] = rows[i].order.ID
	}
	versions := make(map[string]int64, len(rows))
	err := in.query(ctx, func(r Row) error {
		var id string
		var version int64
		err := r.Scan(&id, &version)
		versions[id] = version
		return err
	}, strings.Replace(q.lock, "{ids}", strings.Repeat(" UNION ALL SELECT CAST(? AS BINARY)", len(ids)-1), 1), ids...)
	return versions, err
}

// add adds records, and puts those that are relayed into the outbox.
func (q mysql) add(ctx context.Context, in session, rows []recordRow) error {
	records, waits := recordValues(rows)
	record, wait := q.record, q.wait
	if len(rows) > 1 {
		record = many(q.records, len(rows), 5)
	}
	if len(waits) > 4 {
		wait = many(q.waits, len(waits)/4, 4)
	}
	if _, err := in.exec(ctx, record, records...); err != nil || len(waits) == 0 {
		return err
	}
	_, err := in.exec(ctx, wait, waits...)
	return err
}

// recordValues are the columns of records, and of those that are relayed.
func recordValues(rows []recordRow) (records, waits []any) {
	for _, row := range rows {
		records = append(records, row.Order, row.Seq, row.at, row.key, row.document)
		if row.relay {
			waits = append(waits, row.Order, row.Seq, row.at, row.at)
		}
	}
	return records, waits
}

func (q mysql) publish(ctx context.Context, s *Store, t templateRow) (published bool, err error) {
	err = s.transaction(ctx, sql.LevelDefault, func(in session) error {
		n, err := in.exec(ctx, q.template, append(t.inserted(), t.follows()...)...)
		published = n == 1
		if duplicate(err) { // somebody else was faster
			return nil
		}
		return err
	}, q.template)
	return published, err
}
