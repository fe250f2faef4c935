package sqlstore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Search implements [service.Orders].
func (s *Store) Search(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
	text, args := s.search(f)
	if text == "" {
		return nil, ctx.Err()
	}
	read := s.read
	if several(f) {
		read = s.readOnce
	}
	if f.Whole {
		return s.list(ctx, read, text, args...)
	}
	var list []service.Found
	err := read(ctx, func(r Row) error {
		l, err := listed(r)
		list = append(list, service.Found{Position: l.Position(f.Sort), Listing: l})
		return err
	}, text, args...)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Count implements [service.Orders].
func (s *Store) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	counts := make([]int, len(filters))
	read, text, args := s.count(limit, filters)
	if text == "" {
		return counts, ctx.Err()
	}
	err := read(ctx, func(r Row) error {
		var i, n int
		err := r.Scan(&i, &n)
		counts[i] = n
		return err
	}, text, args...)
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// count writes one statement that counts for every filter. The limit is part of
// its text, since it decides the plan.
func (s *Store) count(limit int, filters []supervision.Filter) (read reading, text string, args []any) {
	read = s.read
	most := " LIMIT " + strconv.Itoa(limit)
	var counts []string
	for i, f := range filters {
		f.After = supervision.Position{}
		var parts []string
		for _, part := range s.parts(f) {
			parts = append(parts, "SELECT * FROM (SELECT 1 AS one FROM {orders}"+part.text()+part.leading(f)+
				most+") part")
			args = append(args, part.args...)
		}
		if several(f) {
			read = s.readOnce
		}
		if parts != nil {
			counts = append(counts, "SELECT "+strconv.Itoa(i)+" AS filter, count(*) AS matching FROM ("+
				strings.Join(parts, " UNION ALL ")+most+") matching")
		}
	}
	return read, s.text(strings.Join(counts, " UNION ALL ")), args
}

// several reports whether a filter names several ids, so that its statement is
// hardly sent twice.
func several(f supervision.Filter) bool {
	return len(f.Orders) > 1 || len(f.Products) > 1 || len(f.Buyers) > 1 || len(f.Sellers) > 1
}

// search writes the statement of one page; none where nothing can match. It
// says in SQL what [supervision.Filter.Matches] says in Go; values are only
// ever bound. Of several parts each finds a page of its own, by an index, and
// the first of what they find are the answer.
func (n naming) search(f supervision.Filter) (text string, args []any) {
	parts := n.parts(f)
	if len(parts) == 0 {
		return "", nil
	}
	by := sortedBy(f.Sort)
	columns := listingColumns
	if f.Whole {
		columns = "id, " + by.column + ", document"
	}
	order := " ORDER BY " + by.column + by.direction + ", id" + by.direction
	if len(parts) == 1 {
		text = "SELECT " + columns + " FROM {orders}" + parts[0].text() + order + " LIMIT ?"
		return n.text(text), append(parts[0].args, f.Limit)
	}
	pages := make([]string, len(parts))
	for i, part := range parts {
		order := order
		if part.due { // an expression keeps plans from walking the list for what few have
			order = " ORDER BY " + by.column + " + 0" + by.direction + ", id" + by.direction
		}
		pages[i] = "SELECT * FROM (SELECT id, " + by.column + " FROM {orders}" + part.text() + order + " LIMIT ?) part"
		args = append(append(args, part.args...), f.Limit)
	}
	text = "SELECT o." + strings.ReplaceAll(columns, ", ", ", o.") +
		" FROM (" + strings.Join(pages, " UNION ALL ") + order + " LIMIT ?) found JOIN {orders} o ON o.id = found.id" +
		" ORDER BY found." + by.column + by.direction + ", found.id" + by.direction
	return n.text(text), append(args, f.Limit)
}

// sorting is by which column a list is sorted, and how what comes later
// compares.
type sorting struct{ column, direction, later string }

func sortedBy(s supervision.Sort) sorting {
	switch s {
	case supervision.LongestWaiting:
		return sorting{"waiting_since", "", ">"}
	case supervision.ByHandling:
		return sorting{"handle_by", "", ">"}
	case supervision.ByProposal:
		return sorting{"proposed_at", "", ">"}
	}
	return sorting{"bought_at", " DESC", "<"}
}

// where is a condition and its values.
type where struct {
	conditions []string
	args       []any
	due        bool // it is being due that leads to an order
}

func (w where) text() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

func (w *where) and(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

// leading orders a count by the column of the index that serves it. A count has
// no order, but without one PostgreSQL scans the table where many rows seem to
// match.
func (w where) leading(f supervision.Filter) string {
	column := "bought_at"
	switch {
	case several(f):
		return ""
	case w.due:
		column = "due"
	case f.Appeal == supervision.AppealOverdue:
		column = "handle_by"
	case f.Appeal == supervision.AppealOpenToBuyer:
		column = "buyer_appeal"
	case f.Appeal == supervision.AppealOpenToSeller:
		column = "seller_appeal"
	case f.Sort == supervision.ByProposal:
		column = "proposed_at"
	case f.SilentFor != 0:
		column = "waiting_since"
	case f.Accepted != supervision.Span{}:
		column = "accepted_at"
	case f.Closed != supervision.Span{}:
		column = "closed_at"
	}
	return " ORDER BY " + column + ", id"
}

// with returns one more condition and leaves w as it is.
func (w where) with(condition string, args ...any) where {
	w.conditions, w.args = w.conditions[:len(w.conditions):len(w.conditions)], w.args[:len(w.args):len(w.args)]
	w.and(condition, args...)
	return w
}

// parts are conditions of which each order that matches satisfies one: their
// texts name statuses, so that plans know which are rare. A status
// as stored leads to its orders by an index, whatever is rare; what time has
// moved on since is due, and so is found by that. Where something else leads to
// the orders there is one part.
func (n naming) parts(f supervision.Filter) (parts []where) {
	list := wanted(f)
	if len(list) == 0 {
		return nil
	}
	rest := n.conditions(f)
	switch {
	case len(list) == len(supervision.Statuses()):
		return []where{rest}
	case len(f.Orders) > 0 || f.Accepted != supervision.Span{} || f.Closed != supervision.Span{}:
		return []where{stand(rest, list, f.At)}
	}
	at, timed := f.At.UnixMicro(), false
	for _, status := range list {
		part := rest.with("status = '" + string(status) + "'")
		if status.Waiting() || status == supervision.Accepted {
			part.and("(due IS NULL OR due > ?)", at)
		}
		parts, timed = append(parts, part), timed || status.Final() || status == supervision.Accepted
	}
	if timed {
		moved := rest.with("due <= ?", at)
		if len(f.Buyers)+len(f.Sellers) > 0 { // whose index has the statuses that time moves on
			moved = moved.with("status IN (" + moving + ")")
		}
		moved = stand(moved, list, f.At)
		moved.due = true
		parts = append(parts, moved)
	}
	return parts
}

// moving are the statuses that time moves on, as SQL lists them.
var moving = func() string {
	var list []string
	for _, s := range supervision.Statuses() {
		if s.Waiting() || s == supervision.Accepted {
			list = append(list, "'"+string(s)+"'")
		}
	}
	return strings.Join(list, ", ")
}()

// wanted lists the statuses that an order may have that matches. Frozen ones
// are those with a pending appeal.
func wanted(f supervision.Filter) (list []supervision.Status) {
	for _, s := range supervision.Statuses() {
		waits := f.SilentFor != 0 || f.Sort == supervision.LongestWaiting ||
			f.Appeal == supervision.AppealOpenToBuyer || f.Appeal == supervision.AppealOpenToSeller
		frozen := f.Sort == supervision.ByHandling ||
			f.Appeal == supervision.AppealPending || f.Appeal == supervision.AppealOverdue
		proposed := f.Sort == supervision.ByProposal
		if (f.Status == "" || f.Status == s) && (f.OrderStatus == "" || f.OrderStatus == s.OrderStatus()) &&
			(f.Turn == "" || f.Turn == s.Turn()) && (!waits || s.Waiting()) && (!frozen || s == supervision.Frozen) &&
			(!proposed || !s.Final() && s != supervision.Frozen) &&
			(f.Accepted == supervision.Span{} || s == supervision.Accepted || s == supervision.Completed) &&
			(f.Closed == supervision.Span{} || s.Final()) {
			list = append(list, s)
		}
	}
	return list
}

// stand compares the status that time has made by an instant, as
// [supervision.Listing.StatusAt] tells it. PostgreSQL takes an outer CASE to
// hold for half of the rows, so that it plans no more for what is due than a
// limit needs, however stale its statistics of what is due are.
func stand(w where, list []supervision.Status, at time.Time) where {
	args := []any{at.UnixMicro(), at.UnixMicro()}
	for _, status := range list {
		args = append(args, string(status))
	}
	return w.with("CASE WHEN CASE WHEN status IN ('completed', 'canceled') THEN status"+
		" WHEN closed_at <= ? THEN closed_as WHEN accepted_at <= ? THEN 'accepted' ELSE status END"+
		" IN ("+marks(len(list))+") THEN TRUE ELSE FALSE END", args...)
}

// conditions are those that look at no status.
func (n naming) conditions(f supervision.Filter) (w where) {
	w.ids("id", f.Orders)
	w.ids("product", f.Products)
	w.ids("buyer", f.Buyers)
	w.ids("seller", f.Sellers)
	w.span("bought_at", f.Bought)
	w.span("accepted_at", f.Accepted)
	w.span("closed_at", f.Closed)
	for _, s := range []supervision.Span{f.Accepted, f.Closed} { // what comes before is bought before, too
		w.span("bought_at", supervision.Span{Before: s.Before})
	}
	if f.SilentFor != 0 {
		w.and("waiting_since < ?", before(f.At.Add(-f.SilentFor)))
	}
	w.appeal(f.Appeal, f.At)
	by := sortedBy(f.Sort)
	if by.column != "bought_at" {
		w.and(by.column + " IS NOT NULL")
	}
	if f.After != (supervision.Position{}) {
		w.and(n.beyond(by.column, by.later), n.position(f.After)...)
	}
	return w
}

func (w *where) ids(column string, ids []string) {
	switch len(ids) {
	case 0:
	case 1:
		w.and(column+" = ?", ids[0])
	default:
		args := make([]any, len(ids))
		for i, id := range ids {
			args[i] = id
		}
		w.and(column+" IN ("+marks(len(ids))+")", args...)
	}
}

func (w *where) span(column string, s supervision.Span) {
	if !s.From.IsZero() {
		w.and(column+" >= ?", before(s.From))
	}
	if !s.Before.IsZero() {
		w.and(column+" < ?", before(s.Before))
	}
}

func (w *where) appeal(state supervision.AppealState, at time.Time) {
	const open = " <= ? AND (blackout_begins IS NULL OR blackout_begins > ? OR blackout_ends <= ?)"
	now := at.UnixMicro()
	switch state {
	case supervision.AppealOverdue:
		w.and("handle_by < ?", before(at))
	case supervision.AppealOpenToBuyer:
		w.and("buyer_appeal"+open, now, now, now)
	case supervision.AppealOpenToSeller:
		w.and("seller_appeal"+open, now, now, now)
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
