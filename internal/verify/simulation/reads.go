package simulation

import (
	"errors"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// loaded holds a read order against what must be stored.
func (w *world) loaded(id, key string, order *supervision.Order, repeated *supervision.Record, err error) {
	s := w.shadow(id)
	if s == nil {
		if !errors.Is(err, supervision.ErrNotFound) {
			w.fail("order %s was found, but is not there: %v", id, err)
		}
		if w.current != nil {
			w.current.call.loaded, w.current.call.seen, w.current.call.repeated = 0, nil, false
		}
		return
	}
	if err != nil {
		w.fail("loading order %s: %v", id, err)
		return
	}
	if diff := bridge.DiffOrder(s.last(), order); diff != "" {
		w.fail("order %s as loaded: %s", id, diff)
	}
	want := s.keyed(key, s.version())
	if (want == nil) != (repeated == nil) {
		w.fail("order %s: record with key %q is there: %t, found: %t", id, key, want != nil, repeated != nil)
	} else if want != nil {
		w.sameRecord(s, int(want.Seq), repeated)
	}
	if w.current != nil {
		w.current.call.loaded, w.current.call.seen, w.current.call.repeated = s.version(), s, repeated != nil
		w.current.call.begins = w.current.call.want.commands()
	}
}

// read remembers which version an order had when its records were read.
func (w *world) read(id string) {
	if w.current == nil {
		return
	}
	w.current.call.read = 0 // where it was archived meanwhile
	if s := w.shadow(id); s != nil {
		w.current.call.read = s.version()
	}
}

// searched holds a search against what must be found.
func (w *world) searched(f supervision.Filter, list []service.Found, err error) {
	if err != nil {
		w.fail("searching: %v", err)
		return
	}
	if found := w.matching(f); len(list) != min(found, f.Limit) {
		w.fail("searching %+v: %d orders found, %d are there, limit %d", f.Criteria, len(list), found, f.Limit)
	}
	for i, found := range list {
		if i > 0 && f.Sort.Compare(list[i-1].Position, found.Position) >= 0 {
			w.fail("searching: %s before %s", list[i-1].ID, found.ID)
		}
		s := w.shadow(found.ID)
		if s == nil {
			w.fail("searching found order %s, which was never created", found.ID)
			continue
		}
		if found.Err != nil || bridge.Micros(found.At) != placed(f.Sort, s.last()) {
			w.fail("searching: %+v, %v", found.Position, found.Err)
		}
		diff := ""
		if f.Whole {
			diff = bridge.DiffOrder(s.last(), &found.Order)
		} else {
			summary, _ := found.Listing.For(supervision.System(), f.At) // who sees every order
			diff = differs(&summary, s.last())
		}
		if diff != "" {
			w.fail("order %s as found: %s", s.id, diff)
		}
	}
}

// placed is the instant that a list sorts an order by.
func placed(by supervision.Sort, o *model.Order) int64 {
	switch by {
	case supervision.LongestWaiting:
		return o.SilentSince
	case supervision.ByHandling:
		return o.Appeal.HandleBy
	case supervision.ByProposal:
		return o.Proposal.At
	}
	return o.Bought
}

// differs holds a summary against what the model says of the order at its
// instant.
func differs(s *supervision.Summary, stored *model.Order) string {
	now, _ := stored.Settle(bridge.Micros(s.At))
	waits := now.Turn() == "buyer" || now.Turn() == "seller"
	opens := func(party string) (first int64) {
		for _, v := range now.Verdicts(party, bridge.Micros(s.At)) {
			if v.Holds {
				return bridge.Micros(s.At)
			}
			if v.From != 0 && (first == 0 || v.From < first) {
				first = v.From
			}
		}
		return first
	}
	switch {
	case s.ID != now.ID || s.Buyer != now.Buyer || s.Seller != now.Seller || bridge.Micros(s.BoughtAt) != now.Bought:
		return "whose it is"
	case string(s.Status) != now.Status:
		return "its status"
	case waits != !s.WaitingSince.IsZero() || waits && bridge.Micros(s.WaitingSince) != now.SilentSince:
		return "since when it waits"
	case opens("buyer") != bridge.Micros(s.BuyerAppeal) || opens("seller") != bridge.Micros(s.SellerAppeal):
		return "from when an appeal is open, and to whom"
	case now.Status == "frozen" && bridge.Micros(s.HandleBy) != now.Appeal.HandleBy:
		return "until when to rule"
	case pending(now) != !s.ProposedAt.IsZero() || pending(now) &&
		(s.Proposed.Amount != now.Proposal.Amount || bridge.Micros(s.ProposedAt) != now.Proposal.At):
		return "the proposed refund"
	case now.Closed != 0 && bridge.Micros(s.ClosedAt) != now.Closed:
		return "when it closed"
	}
	return ""
}

// pending reports whether a proposed refund waits for the seller.
func pending(now model.Order) bool { return now.Proposal.At != 0 && now.Status != "frozen" }

// matching counts the orders that a search is for.
func (w *world) matching(f supervision.Filter) (found int) {
	for _, s := range w.orders {
		now, _ := s.last().Settle(bridge.Micros(f.At))
		if (f.Buyers == nil || f.Buyers[0] == now.Buyer) && (f.Sellers == nil || f.Sellers[0] == now.Seller) &&
			(f.Status == "" || string(f.Status) == now.Status) && appealStands(f, now) &&
			(f.After == supervision.Position{} || behind(f.After, s.last())) &&
			(f.Closed.Before.IsZero() || now.Closed != 0 && now.Closed < bridge.Micros(f.Closed.Before)) &&
			(f.Sort != supervision.LongestWaiting || now.Turn() == "buyer" || now.Turn() == "seller") &&
			(f.Sort != supervision.ByHandling || now.Status == "frozen") &&
			(f.Sort != supervision.ByProposal || pending(now)) {
			found++
		}
	}
	return found
}

// behind reports whether an order comes after a position, the newest first,
// which is the only sort of which anybody here asks for a second page.
func behind(after supervision.Position, o *model.Order) bool {
	at := bridge.Micros(after.At)
	return o.Bought < at || o.Bought == at && o.ID < after.ID
}

// counted holds counts against what is there.
func (w *world) counted(limit int, filters []supervision.Filter, counts []int, err error) {
	if err != nil || len(counts) != len(filters) {
		w.fail("counting for %d filters: %v, %v", len(filters), counts, err)
		return
	}
	for i, f := range filters {
		if there := w.matching(f); counts[i] != min(there, limit) {
			w.fail("counting %+v: %d, %d are there, limit %d", f.Criteria, counts[i], there, limit)
		}
	}
}

// appealStands asks the model whether an order's appeal stands as a search
// wants it.
func appealStands(f supervision.Filter, o model.Order) bool {
	role := ""
	switch f.Appeal {
	case "":
		return true
	case supervision.AppealOpenToBuyer:
		role = "buyer"
	case supervision.AppealOpenToSeller:
		role = "seller"
	default:
		return o.Status == "frozen" &&
			(f.Appeal == supervision.AppealPending || bridge.Micros(f.At) > o.Appeal.HandleBy)
	}
	return !bridge.Time(o.Bought).After(f.At) && slices.ContainsFunc(appeal.AllGrounds.List(),
		func(g appeal.Ground) bool {
			return o.Holds(role, string(g), max(bridge.Micros(f.At), o.Updated))
		})
}

// dueListed holds a list of due orders against those that are due: sorted by
// instant and id, behind a position.
func (w *world) dueListed(at time.Time, after supervision.Position, limit int, due []service.Found, err error) {
	if err != nil || len(due) > limit {
		w.fail("asking for %d due orders: %d, %v", limit, len(due), err)
		return
	}
	last := after
	for _, d := range due {
		s := w.shadow(d.ID)
		if s == nil || d.Err != nil || bridge.Micros(d.At) != s.last().Due() || d.Position.Compare(last) <= 0 {
			w.fail("due at %s, behind %+v: %s at %s, %v", at, last, d.ID, d.At, d.Err)
			return
		}
		if diff := bridge.DiffOrder(s.last(), &d.Order); diff != "" {
			w.fail("order %s as listed as due: %s", s.id, diff)
		}
		last = d.Position
	}
	there := 0
	for _, s := range w.orders {
		place := supervision.Position{At: bridge.Time(s.last().Due()), ID: s.id}
		if s.last().Due() != 0 && !place.At.After(at) && place.Compare(after) > 0 &&
			(len(due) < limit || place.Compare(last) <= 0) {
			there++
		}
	}
	if there != len(due) {
		w.fail("at %s %d orders are due behind %+v, %d are listed, limit %d", at, there, after, len(due), limit)
	}
}

// upcame holds a list of what is upcoming, of every kind, against what the
// model says that time will bring: all of that is in it, in its order.
func (w *world) upcame(span supervision.Span, after supervision.Position, limit int, found []service.Found, err error) {
	if err != nil || len(found) > limit {
		w.fail("asking for %d upcoming orders: %d, %v", limit, len(found), err)
		return
	}
	listed := make(map[supervision.Position]bool)
	last := after
	for _, f := range found {
		s := w.shadow(f.ID)
		if s == nil || f.Err != nil || f.At.Before(span.From) || !f.At.Before(span.Before) ||
			f.Position.Compare(last) <= 0 {
			w.fail("upcoming in %v, behind %+v: %s at %s, %v", span, last, f.ID, f.At, f.Err)
			return
		}
		if diff := bridge.DiffOrder(s.last(), &f.Order); diff != "" {
			w.fail("order %s as listed as upcoming: %s", s.id, diff)
		}
		listed[f.Position], last = true, f.Position
	}
	for _, s := range w.orders {
		for _, at := range upcoming(*s.last(), bridge.Micros(span.From)-1) {
			place := supervision.Position{At: bridge.Time(at), ID: s.id}
			if place.At.Before(span.Before) && place.Compare(after) > 0 &&
				(len(found) < limit || place.Compare(last) <= 0) && !listed[place] {
				w.fail("upcoming in %v: %s at %s is missing", span, s.id, place.At)
			}
		}
	}
}

// upcoming are the instants at which the model says that time will bring
// something to an order: of appeals that open, to whom none is open.
func upcoming(o model.Order, now int64) (instants []int64) {
	now = max(now, o.Updated) // a slower clock asks for what was stored meanwhile
	for _, d := range o.Deadlines(now) {
		open := d.Kind == "appeal_opens" &&
			slices.ContainsFunc(appeal.AllGrounds.List(), func(g appeal.Ground) bool {
				return o.Holds(d.Party,
					string(g), now)
			})
		earlier := slices.ContainsFunc(o.Deadlines(now), func(e model.Deadline) bool {
			return e.Kind == d.Kind && e.Party == d.Party && e.At < d.At
		})
		if d.Kind != "reminder" && !open && !(d.Kind == "appeal_opens" && earlier) {
			instants = append(instants, d.At)
		}
	}
	return instants
}
