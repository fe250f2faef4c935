package sqlstore

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// The lanes of the outbox. What is set aside is in none.
const (
	fresh   = 0 // sorted by waits_since
	failing = 1 // sorted by the next attempt
	aside   = 2
)

// outbox are the statements of the outbox. A claim reads what could be claimed
// and then compares and swaps: whoever still finds a row as it was has it. It
// needs no lock, and so holds on engines whose locks stay on one node, and it
// never waits for a host's transaction. PostgreSQL has its locks in one place and
// passes by what is locked, so that there a claim is one statement.
type outbox struct {
	claim                                          string // in PostgreSQL
	first                                          string // in MySQL
	heads, mark, claimed                           string // in both and SQLite
	remove, place, later, follow, backlog, delayed string
}

func newOutbox(n naming) outbox {
	// No statistics decide a plan: those of a queue are always stale. The hints
	// keep TiDB from reading whole tables, to sort and to join; to the others
	// they are comments. The limit of what is claimed keeps it from comparing
	// each record and each order with all pairs.
	lanes := func(from func(condition string) string) string {
		lane := func(condition string) string {
			return `SELECT order_id, seq, lane, next_at FROM (
SELECT /*+ ORDER_INDEX(h, outbox_lanes) */ order_id, seq, lane, next_at
FROM ` + from(condition+` AND claimed_until <= ?`) + `
AND seq = (SELECT /*+ NO_DECORRELATE() */ min(e.seq) FROM {outbox} e WHERE e.order_id = h.order_id AND e.lane < 2)
ORDER BY next_at LIMIT {limit})`
		}
		return n.text(lane("lane = 0") + ` f UNION ALL ` + lane("lane = 1 AND next_at <= ?") +
			` g ORDER BY lane, next_at LIMIT {limit}`)
	}
	o := outbox{
		heads: lanes(func(condition string) string { return `{outbox} h WHERE ` + condition }),
		mark: n.text(`UPDATE {outbox}` + n.byKey() + ` SET claimed_until = ?, claim = ?
WHERE ` + n.pairs() + ` AND claimed_until <= ? AND (lane = 0 OR lane = 1 AND next_at <= ?)`),
		claimed: n.text(`SELECT /*+ INL_JOIN(r, o) */ w.order_id, w.seq, w.attempts, w.lane, w.next_at,
r.document, o.document
FROM (SELECT order_id, seq, attempts, lane, next_at FROM {outbox}
	WHERE ` + n.pairs() + ` AND claim = ? LIMIT {limit}) w
LEFT JOIN {records} r ON r.order_id = w.order_id AND r.seq = w.seq LEFT JOIN {orders} o ON o.id = w.order_id`),
		remove: n.text(n.removal()),
		place: n.text(`UPDATE {outbox} SET lane = ?, attempts = ?, next_at = coalesce(?, waits_since),
claimed_until = 0, claim = 0
WHERE order_id = ? AND seq = ? AND claimed_until = coalesce(?, claimed_until)`),
		later: n.text(`SELECT seq FROM {outbox} WHERE order_id = ? AND seq > ? AND lane < 2`),
		follow: n.text(`UPDATE {outbox}` + n.byKey() + ` SET lane = ?, next_at = coalesce(?, waits_since)
WHERE lane < 2 AND ` + n.pairs()),
		backlog: n.text(`SELECT (SELECT waits_since FROM {outbox} WHERE lane = 0 ORDER BY next_at LIMIT 1),
(SELECT count(*) FROM (SELECT 1 AS one FROM {outbox} WHERE lane = 0 LIMIT {limit}) f),
(SELECT count(*) FROM (SELECT 1 AS one FROM {outbox} WHERE lane = 1 LIMIT {limit}) g),
(SELECT count(*) FROM (SELECT 1 AS one FROM {outbox} WHERE lane = 2 LIMIT {limit}) a)`),
		delayed: n.text(`SELECT order_id, seq, attempts, next_at, claimed_until FROM {outbox}
WHERE lane = ? AND (order_id > ? OR order_id = ? AND seq > ?) ORDER BY order_id, seq LIMIT ?`),
	}
	switch n.dialect {
	case MySQL:
		o.first = lanes(func(condition string) string {
			return `(SELECT order_id, seq, lane, next_at FROM {outbox} WHERE ` + condition +
				` ORDER BY next_at LIMIT {page}) h WHERE TRUE`
		})
	case Postgres:
		o.claim = n.text(claimOfPostgres())
	}
	return o
}

// claimOfPostgres is a claim for a planner that has no statistics of the queue,
// or stale ones: then an equality counts for one row in 200, and PostgreSQL
// would rather sort a whole lane than believe that its index finds the few that
// are asked for. An inequality counts for one in three, and what is asked for
// by place, or one by one, is looked up whatever it counts for.
func claimOfPostgres() string {
	lane := func(condition string) string {
		return `SELECT place, lane, next_at FROM (SELECT ctid AS place, lane, next_at FROM {outbox} h
	WHERE ` + condition + ` AND seq <= CASE WHEN claimed_until <= ? THEN
		(SELECT min(e.seq) FROM {outbox} e WHERE e.order_id = h.order_id AND e.lane < 2) END
	ORDER BY lane, next_at LIMIT {limit} FOR UPDATE SKIP LOCKED)`
	}
	return `WITH heads AS (
	` + lane("lane < 1") + ` f UNION ALL
	` + lane("(lane, next_at) > (0, 9223372036854775807) AND (lane, next_at) <= (1, ?)") + ` g
	ORDER BY lane, next_at LIMIT {limit}),
got AS (
	UPDATE {outbox} SET claimed_until = ? WHERE ctid = ANY (ARRAY(SELECT place FROM heads))
	RETURNING order_id, seq, attempts, lane, next_at)
SELECT w.*, r.document, o.document FROM got w
LEFT JOIN LATERAL (SELECT document FROM {records} WHERE order_id = w.order_id AND seq = w.seq LIMIT 1) r ON TRUE
LEFT JOIN LATERAL (SELECT document FROM {orders} WHERE id = w.order_id LIMIT 1) o ON TRUE
ORDER BY w.lane, w.next_at`
}

// rivals is how often a claim looks again where others took all it had found.
const rivals = 3

// Claim implements [service.Outbox].
func (s *Store) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	until := instant(at.Add(lease).UnixMicro())
	if s.outbox.claim != "" {
		return s.claimAtOnce(ctx, at.UnixMicro(), until, limit)
	}
	for range rivals {
		ids, err := s.heads(ctx, at.UnixMicro(), limit)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		claim := rand.Int64()
		if err := s.mark(ctx, at.UnixMicro(), until.UnixMicro(), claim, ids); err != nil {
			return nil, err
		}
		claimed, err := s.claimed(ctx, claim, until, ids)
		if err != nil || len(claimed) > 0 {
			return claimed, err
		}
	}
	return nil, nil
}

// claimAtOnce claims by one statement.
func (s *Store) claimAtOnce(ctx context.Context, at int64, until time.Time, limit int) (list []service.Claimed,
	err error) {
	err = s.statement(ctx, func(in session) error {
		list = nil
		return in.query(ctx, func(r Row) error {
			c, err := s.claimedRow(r, until)
			list = append(list, c)
			return err
		}, limited(s.outbox.claim, limit), at, at, at, until.UnixMicro())
	})
	return list, err
}

// heads returns the first record that waits of each order that is free, those
// to be claimed first. TiDB would read all that waits to find them. So MySQL
// looks at what has waited longest, and at the rest only where that has few.
func (s *Store) heads(ctx context.Context, at int64, limit int) (ids []supervision.RecordID, err error) {
	if s.outbox.first != "" {
		ids, err = s.look(ctx, limited(s.outbox.first, limit), at)
		if err != nil || len(ids) > 0 && 4*len(ids) >= limit {
			return ids, err
		}
	}
	return s.look(ctx, limited(s.outbox.heads, limit), at)
}

func (s *Store) look(ctx context.Context, query string, at int64) (ids []supervision.RecordID, err error) {
	err = s.read(ctx, func(r Row) error {
		var id supervision.RecordID
		var lane int
		var next int64
		err := r.Scan(&id.Order, &id.Seq, &lane, &next)
		ids = append(ids, id)
		return err
	}, query, at, at, at)
	return ids, err
}

// limited writes a limit into a statement's text, so that plans are kept. A page
// is what is looked at to find that many.
func limited(query string, limit int) string {
	limit = max(limit, 0)
	return strings.NewReplacer("{limit}", strconv.Itoa(limit), "{page}", strconv.Itoa(4*limit)).Replace(query)
}

// mark claims those of the records that are free still.
func (s *Store) mark(ctx context.Context, at, until, claim int64, ids []supervision.RecordID) error {
	sorted := sortedIDs(ids)
	args := slices.Concat([]any{until, claim}, s.pairsOf(sorted), []any{at, at})
	return s.single(ctx, s.many(s.outbox.mark, sorted), args...)
}

// claimed reads those of the records that the claim has got, in their order.
func (s *Store) claimed(ctx context.Context, claim int64, until time.Time,
	ids []supervision.RecordID) ([]service.Claimed, error) {
	got := make(map[supervision.RecordID]service.Claimed, len(ids))
	err := s.readOnce(ctx, func(r Row) error {
		c, err := s.claimedRow(r, until)
		got[c.RecordID] = c
		return err
	}, limited(s.many(s.outbox.claimed, ids), len(ids)), append(s.pairsOf(ids), claim)...)
	if err != nil {
		return nil, err
	}
	var list []service.Claimed
	for _, id := range ids {
		if c, ok := got[id]; ok {
			list = append(list, c)
		}
	}
	return list, nil
}

func (s *Store) claimedRow(r Row, until time.Time) (service.Claimed, error) {
	c := service.Claimed{Waiting: service.Waiting{ClaimedUntil: until}}
	var lane int
	var next int64
	var record, order []byte
	if err := r.Scan(&c.RecordID.Order, &c.Seq, &c.Attempts, &lane, &next, &record, &order); err != nil {
		return c, err
	}
	if lane == failing {
		c.Next = instant(next)
	}
	if _, notice := c.RecordID.Notice(); !notice {
		c.Record, c.Err = decodeRecord(c.RecordID, record)
	}
	if c.Err == nil {
		c.Order, c.Err = s.decodeOrder(c.RecordID.Order, order)
	}
	return c, nil
}

// Acknowledge implements [service.Outbox].
func (s *Store) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if len(ids) == 0 {
		return ctx.Err()
	}
	ids = sortedIDs(ids)
	return s.single(ctx, s.many(s.outbox.remove, ids), s.pairsOf(ids)...)
}

// Return implements [service.Outbox].
func (s *Store) Return(ctx context.Context, places ...service.Waiting) error {
	if len(places) == 0 {
		return ctx.Err()
	}
	places = slices.Clone(places)
	slices.SortStableFunc(places, func(a, b service.Waiting) int { return a.Compare(b.RecordID) })
	return s.transaction(ctx, s.claimLevel(), func(in session) error {
		for _, w := range places {
			if err := s.place(ctx, in, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// place puts a record where it says, and those behind it as well. They are
// looked for first and changed by their keys, because MySQL would wait for
// whoever is adding one.
func (s *Store) place(ctx context.Context, in session, w service.Waiting) error {
	lane, next := fresh, micros(w.Next)
	if next != nil {
		lane = failing
	}
	own := lane
	if w.Aside {
		own = aside
	}
	n, err := in.exec(ctx, s.outbox.place, own, w.Attempts, next, w.Order, w.Seq, micros(w.ClaimedUntil))
	if err != nil || n == 0 {
		return err
	}
	var later []supervision.RecordID
	err = in.query(ctx, func(r Row) error {
		id := supervision.RecordID{Order: w.Order}
		err := r.Scan(&id.Seq)
		later = append(later, id)
		return err
	}, s.outbox.later, w.Order, w.Seq)
	if err != nil || len(later) == 0 {
		return err
	}
	_, err = in.exec(ctx, s.many(s.outbox.follow, later), append([]any{lane, next}, s.pairsOf(later)...)...)
	return err
}

// Backlog implements [service.Outbox].
func (s *Store) Backlog(ctx context.Context, limit int) (b service.Backlog, err error) {
	err = s.read(ctx, func(r Row) error {
		var since sql.NullInt64
		err := r.Scan(&since, &b.Fresh, &b.Failing, &b.Aside)
		if since.Valid {
			b.Since = instant(since.Int64)
		}
		return err
	}, limited(s.outbox.backlog, limit))
	return b, err
}

// Delayed implements [service.Outbox].
func (s *Store) Delayed(ctx context.Context, isAside bool, after supervision.RecordID,
	limit int) ([]service.Waiting, error) {
	lane := failing
	if isAside {
		lane = aside
	}
	var list []service.Waiting
	err := s.read(ctx, func(r Row) error {
		w := service.Waiting{Aside: isAside}
		var next, claimed int64
		err := r.Scan(&w.Order, &w.Seq, &w.Attempts, &next, &claimed)
		if lane == failing {
			w.Next = instant(next)
		}
		if claimed != 0 {
			w.ClaimedUntil = instant(claimed)
		}
		list = append(list, w)
		return err
	}, s.outbox.delayed, lane, after.Order, after.Order, after.Seq, limit)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// sortedIDs puts ids in the one order in which rows are written, so that two
// calls never wait for each other.
func sortedIDs(ids []supervision.RecordID) []supervision.RecordID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, supervision.RecordID.Compare)
	return ids
}
