package sqlstore

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Upcoming implements [service.Orders].
func (s *Store) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, until time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	var parts []string
	var args []any
	first := max(before(from), after.At.UnixMicro()) // a range that the index begins with
	for _, b := range broughtBy(kinds) {
		var w where
		w.and(b.column+" >= ?", first-b.later)
		w.and(b.column+" < ?", before(until)-b.later)
		w.and(b.only)
		if after != (supervision.Position{}) {
			behind := supervision.Position{At: instant(after.At.UnixMicro() - b.later), ID: after.ID}
			w.and(s.beyond(b.column, ">"), s.position(behind)...)
		}
		parts = append(parts, "SELECT * FROM (SELECT id, "+b.column+" + "+strconv.FormatInt(b.later, 10)+
			" AS place FROM {orders}"+w.text()+" ORDER BY "+b.column+", id LIMIT ?) part")
		args = append(append(args, w.args...), limit)
	}
	if parts == nil {
		return nil, ctx.Err()
	}
	text := "SELECT found.id, found.place, o.document FROM (" + strings.Join(parts, " UNION ") +
		" ORDER BY place, id LIMIT ?) found JOIN {orders} o ON o.id = found.id ORDER BY found.place, found.id"
	return s.list(ctx, s.read, s.text(text), append(args, limit)...)
}

// brought says which rows of a column bring something, and how many ticks later
// than what is stored.
type brought struct {
	column, only string
	later        int64
}

// broughtBy says in SQL what [supervision.Listing.Brings] says in Go.
func broughtBy(kinds []supervision.DeadlineKind) (list []brought) {
	add := func(b brought) {
		if !slices.Contains(list, b) {
			list = append(list, b)
		}
	}
	for _, kind := range kinds {
		switch kind {
		case supervision.DeadlineCompletion:
			add(brought{"closed_at", "closed_as = 'completed' AND status NOT IN ('completed', 'canceled')", 0})
		case supervision.DeadlineAutoAccept, supervision.DeadlineScheduledEnd:
			add(brought{"due", "status <> 'accepted'", 0})
		case supervision.DeadlineAppealOpens:
			for _, status := range supervision.Statuses() {
				if status.Waiting() { // by which the index begins
					add(brought{"buyer_appeal", "status = '" + string(status) + "'", 0})
					add(brought{"seller_appeal", "status = '" + string(status) + "'", 0})
				}
			}
			add(brought{"blackout_ends", "blackout_ends IS NOT NULL", 0})
		case supervision.DeadlineBlackoutBegins:
			add(brought{"blackout_begins", "blackout_begins IS NOT NULL", 0})
		case supervision.DeadlineBlackoutEnds:
			add(brought{"blackout_ends", "blackout_ends IS NOT NULL", 0})
		case supervision.DeadlineRulingOverdue:
			add(brought{"handle_by", "status = 'frozen'", 1})
		}
	}
	return list
}
