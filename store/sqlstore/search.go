package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Search implements [service.Orders].
func (s *Store) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	statuses := wanted(filter.Criteria)
	if len(statuses) == 0 {
		return nil, ctx.Err()
	}
	q := search{naming: s.naming, filter: filter}
	q.ids()
	q.times()
	q.statuses(statuses)
	return s.list(ctx, q.text(), append(q.args, filter.Limit)...)
}

// search composes the statement of a filter. It says in SQL what
// [supervision.Filter.Matches] says in Go; values are only ever bound.
type search struct {
	naming
	filter     supervision.Filter
	conditions []string
	args       []any
}

func (q *search) where(condition string, args ...any) {
	q.conditions = append(q.conditions, condition)
	q.args = append(q.args, args...)
}

func (q *search) text() string {
	text := "SELECT id, bought_at, document FROM {orders}"
	if len(q.conditions) > 0 {
		text += " WHERE " + strings.Join(q.conditions, " AND ")
	}
	return q.naming.text(text + " ORDER BY bought_at DESC, id DESC LIMIT ?")
}

func (q *search) ids() {
	f := q.filter
	for _, c := range []struct{ column, id string }{
		{"id", f.Order}, {"product", f.Product}, {"buyer", f.Buyer}, {"seller", f.Seller},
	} {
		if c.id != "" {
			q.where(c.column+" = ?", c.id)
		}
	}
}

func (q *search) times() {
	f := q.filter
	if !f.BoughtFrom.IsZero() {
		q.where("bought_at >= ?", before(f.BoughtFrom))
	}
	if !f.BoughtBefore.IsZero() {
		q.where("bought_at < ?", before(f.BoughtBefore))
	}
	if f.After != (supervision.Position{}) {
		q.where(q.beyond("bought_at", "<"), q.position(f.After)...)
	}
	if f.SilentFor != 0 {
		q.where("waiting_since < ?", before(f.At.Add(-f.SilentFor)))
	}
	switch f.Appeal {
	case supervision.AppealPending:
		q.where("handle_by IS NOT NULL")
	case supervision.AppealOverdue:
		q.where("handle_by < ?", before(f.At))
	}
}

// before is the bound of "stored instant < t", exact even for a t between two
// microseconds.
func before(t time.Time) int64 {
	micros := t.UnixMicro()
	if t.After(time.UnixMicro(micros)) {
		micros++
	}
	return micros
}

// statuses compares the status that time has made by the instant of the search,
// as [supervision.Listing.StatusAt] tells it.
func (q *search) statuses(wanted []supervision.Status) {
	if len(wanted) == len(supervision.Statuses()) {
		return
	}
	at := q.filter.At.UnixMicro()
	args := []any{at, at, at}
	for _, status := range wanted {
		args = append(args, string(status))
	}
	q.where("CASE WHEN status IN ('completed', 'canceled') THEN status WHEN canceled_at <= ? THEN 'canceled'"+
		" WHEN completed_at <= ? THEN 'completed' WHEN accepted_at <= ? THEN 'accepted' ELSE status END IN ("+
		strings.Repeat("?, ", len(wanted)-1)+"?)", args...)
}

// wanted lists the statuses that satisfy everything the criteria say about
// status.
func wanted(c supervision.Criteria) []supervision.Status {
	var list []supervision.Status
	for _, status := range supervision.Statuses() {
		if (c.Status == "" || c.Status == status) && (c.OrderStatus == "" || c.OrderStatus == status.OrderStatus()) &&
			(c.Turn == "" || c.Turn == status.Turn()) && (c.SilentFor == 0 || status.Waiting()) {
			list = append(list, status)
		}
	}
	return list
}
