package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// handOrder is an order as a host that writes its SQL by hand would decode it:
// the same document, the policy carried along unread.
type handOrder struct {
	Format                 int                   `json:"format"`
	ID                     string                `json:"id"`
	Product                string                `json:"product"`
	Buyer                  string                `json:"buyer"`
	Seller                 string                `json:"seller"`
	Policy                 json.RawMessage       `json:"policy"`
	RequestTemplateVersion int                   `json:"request_template_version,omitempty"`
	Status                 string                `json:"status"`
	FrozenFrom             string                `json:"frozen_from,omitempty"`
	Version                int64                 `json:"version"`
	BoughtAt               time.Time             `json:"bought_at"`
	OpenedAt               time.Time             `json:"opened_at"`
	UpdatedAt              time.Time             `json:"updated_at"`
	TurnSince              time.Time             `json:"turn_since"`
	ScheduledEnd           time.Time             `json:"scheduled_end"`
	Reminder               supervision.Reminder  `json:"reminder,omitzero"`
	AcceptedAt             time.Time             `json:"accepted_at,omitzero"`
	ClosedAt               time.Time             `json:"closed_at,omitzero"`
	Passed                 []string              `json:"passed,omitempty"`
	RequestRejections      int                   `json:"request_rejections,omitempty"`
	ProductRejections      int                   `json:"product_rejections,omitempty"`
	Rejection              supervision.Rejection `json:"rejection,omitzero"`
	Request                *supervision.Request  `json:"request,omitempty"`
	Delivery               *supervision.Delivery `json:"delivery,omitempty"`
	Appeal                 json.RawMessage       `json:"appeal,omitempty"`
}

type handRecord struct {
	Format    int               `json:"format"`
	Order     string            `json:"order"`
	Seq       int64             `json:"seq"`
	At        time.Time         `json:"at"`
	Actor     supervision.Actor `json:"actor"`
	Operation string            `json:"operation"`
	From      string            `json:"from"`
	To        string            `json:"to"`
	Action    any               `json:"action"`
	Salt      string            `json:"salt,omitempty"`
}

// leads tells where an operation leads from a status.
var leads = func() map[[2]string]string {
	table := make(map[[2]string]string)
	for _, t := range supervision.Flow() {
		table[[2]string{string(t.From), string(t.Operation)}] = string(t.To)
	}
	return table
}()

var errRefused = errors.New("refused")

// advance does the bookkeeping of an operation, without rules, and returns both
// documents.
func (o *handOrder) advance(actor supervision.Actor, action supervision.Action, at time.Time) (order, record []byte,
	err error) {
	if actor.ID != o.Buyer && actor.ID != o.Seller {
		return nil, nil, errRefused
	}
	r := handRecord{Format: 1, Order: o.ID, Seq: o.Version + 1, At: at, Actor: actor,
		Operation: string(action.Operation()), From: o.Status, Action: action}
	to, known := leads[[2]string{o.Status, r.Operation}]
	if !known {
		return nil, nil, errRefused
	}
	switch a := action.(type) {
	case supervision.Deliver:
		o.pass()
		o.Delivery = &supervision.Delivery{Result: a.Result, Attachments: a.Attachments, EnabledAt: a.EnabledAt,
			DeliveredAt: at}
		r.Salt = rand.Text()
	case supervision.RejectProduct:
		o.ProductRejections++
		o.Rejection = supervision.Rejection{Operation: a.Operation(), Reason: a.Reason, By: actor.ID, At: at}
		r.Salt = rand.Text()
	}
	r.To = to
	o.Status, o.Version, o.UpdatedAt, o.TurnSince = to, r.Seq, at, at
	if order, err = json.Marshal(o); err == nil {
		record, err = json.Marshal(r)
	}
	return order, record, err
}

// pass notes that the step at which the order stands has happened.
func (o *handOrder) pass() {
	if !slices.Contains(o.Passed, o.Status) {
		o.Passed = append(o.Passed, o.Status)
	}
}

// hand does by hand-written SQL what Service.Do does: it reads the order, and
// writes order, record and outbox under compare-and-swap.
type hand struct {
	*ground
	loadText, lockText, saveText       string
	load, update, finish, record, wait *sql.Stmt
}

const (
	sqlUpdate = `UPDATE {orders} SET status = ?, waiting_since = ?, due = NULL, accepted_at = NULL, closed_at = NULL,
	closed_as = NULL,
		handle_by = NULL,
version = ?, document = ? WHERE id = ? AND version = ?`
	sqlFinish = `UPDATE {orders} SET status = ?, due = NULL, version = ?, document = ? WHERE id = ? AND version = ?`
	sqlRecord = `INSERT INTO {records} (order_id, seq, happened_at, idem_key, document) VALUES (?, ?, ?, NULL, ?)`
	sqlWait   = `INSERT INTO {outbox} (order_id, seq, waits_since, next_at) VALUES (?, ?, ?, ?)`
	pgSave    = `WITH saved AS (
	UPDATE {orders} SET status = $1, waiting_since = $2, due = NULL, accepted_at = NULL, closed_at = NULL,
	closed_as = NULL,
		handle_by = NULL,
		version = $3, document = $4 WHERE id = $5 AND version = $6 RETURNING id),
added AS (INSERT INTO {records} (order_id, seq, happened_at, idem_key, document) SELECT id, $3, $2, NULL, $7 FROM saved)
INSERT INTO {outbox} (order_id, seq, waits_since, next_at) SELECT id, $3, $2, $2 FROM saved`
)

func (g *ground) byHand() (*hand, error) {
	h := &hand{ground: g}
	h.loadText, h.saveText = h.text(`SELECT document FROM {orders} WHERE id = ?`), h.text(pgSave)
	h.lockText = h.loadText + ` FOR UPDATE`
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{{&h.load, h.loadText}, {&h.update, h.text(sqlUpdate)}, {&h.finish, h.text(sqlFinish)},
		{&h.record, h.text(sqlRecord)}, {&h.wait, h.text(sqlWait)}} {
		stmt, err := g.Prepare(s.text)
		if err != nil {
			return nil, err
		}
		g.remove = append(g.remove, func() { stmt.Close() })
		*s.stmt = stmt
	}
	return h, nil
}

// text names the peer's tables and, for PostgreSQL, numbers the parameters.
func (g *ground) text(query string) string {
	for _, table := range []string{"orders", "records", "outbox"} {
		query = strings.ReplaceAll(query, "{"+table+"}", g.peer.prefix+table)
	}
	if g.name == "postgres" {
		for n := '1'; strings.Contains(query, "?"); n++ {
			query = strings.Replace(query, "?", "$"+string(n), 1)
		}
	}
	return query
}

// do is the fewest round trips there are: on PostgreSQL one to read and one to
// write, elsewhere a transaction of three writes.
func (h *hand) do(ctx context.Context, id string, m move) error {
	var document []byte
	if err := h.load.QueryRowContext(ctx, id).Scan(&document); err != nil {
		return err
	}
	at := time.Now().UTC().Truncate(time.Microsecond)
	var o handOrder
	if err := json.Unmarshal(document, &o); err != nil {
		return err
	}
	before := o.Version
	order, record, err := o.advance(m.by, m.action, at)
	if err != nil {
		return err
	}
	if h.name == "postgres" {
		result, err := h.ExecContext(ctx, h.saveText, o.Status, at.UnixMicro(), o.Version, string(order), id, before,
			string(record))
		return once(result, err)
	}
	tx, err := h.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := h.write(ctx, tx, &o, at, before, order, record); err != nil {
		return err
	}
	return tx.Commit()
}

// usual is how most hosts would write it: one transaction that locks, reads and
// writes.
func (h *hand) usual(ctx context.Context, id string, m move) error {
	tx, err := h.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var document []byte
	if err := tx.QueryRowContext(ctx, h.lockText, id).Scan(&document); err != nil {
		return err
	}
	at := time.Now().UTC().Truncate(time.Microsecond)
	var o handOrder
	if err := json.Unmarshal(document, &o); err != nil {
		return err
	}
	before := o.Version
	order, record, err := o.advance(m.by, m.action, at)
	if err != nil {
		return err
	}
	if err := h.write(ctx, tx, &o, at, before, order, record); err != nil {
		return err
	}
	return tx.Commit()
}

func (h *hand) write(ctx context.Context, tx *sql.Tx, o *handOrder, at time.Time, before int64, order,
	record []byte) error {
	result, err := tx.StmtContext(ctx, h.update).ExecContext(ctx, o.Status, at.UnixMicro(), o.Version, string(order),
		o.ID, before)
	if err := once(result, err); err != nil {
		return err
	}
	return h.note(ctx, tx, o, at, record)
}

// note adds a record and puts it into the outbox.
func (h *hand) note(ctx context.Context, tx *sql.Tx, o *handOrder, at time.Time, record []byte) error {
	if _, err := tx.StmtContext(ctx, h.record).ExecContext(ctx, o.ID, o.Version, at.UnixMicro(),
		string(record)); err != nil {
		return err
	}
	_, err := tx.StmtContext(ctx, h.wait).ExecContext(ctx, o.ID, o.Version, at.UnixMicro(), at.UnixMicro())
	return err
}

// once demands that a statement changed one row.
func once(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errRefused
	}
	return nil
}
