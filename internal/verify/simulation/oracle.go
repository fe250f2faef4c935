package simulation

import (
	"errors"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
)

// oracle knows what has been stored, as the model says it must be, and holds every write against it.
type oracle struct {
	orders []*shadow
	// opened counts the orders that somebody has begun to open, serial makes texts and keys different.
	opened, serial int
	templates      []supervision.RequestTemplate
}

// shadow is one order as it must be stored: its state after each record, and the records.
type shadow struct {
	id      string
	states  []model.Order
	records []supervision.Record
	// relayed is the newest record that was handed over, acked says which have left the outbox.
	relayed int
	acked   []bool
	// claimed is the newest record that was claimed, and until when.
	claimed int
	until   int64
}

func (s *shadow) version() int { return len(s.states) }

func (s *shadow) last() *model.Order { return &s.states[len(s.states)-1] }

// keyed returns the record with a key; nil without one.
func (s *shadow) keyed(key string, version int) *supervision.Record {
	for i := range s.records[:version] {
		if key != "" && s.records[i].Key == key {
			return &s.records[i]
		}
	}
	return nil
}

// shadow finds an order; nil where none is stored.
func (o *oracle) shadow(id string) *shadow {
	for _, s := range o.orders {
		if s.id == id {
			return s
		}
	}
	return nil
}

// author is who makes a write, and in which call: the write may come after the call.
type author struct {
	process *process
	number  int
	call    call
}

func (w *world) by() author {
	if w.current == nil {
		return author{call: call{at: w.now}}
	}
	return author{process: w.current, number: w.current.calls, call: w.current.call}
}

// during returns the call if it is still under way.
func (a author) during() *call {
	if a.process == nil || a.process.calls != a.number {
		return nil
	}
	return &a.process.call
}

// created holds a new order against the model.
func (w *world) created(by author, change supervision.Change, err error) {
	id := change.Order.ID
	s := w.shadow(id)
	switch {
	case errors.Is(err, supervision.ErrExists):
		if s == nil {
			w.fail("order %s exists although nobody created it", id)
		}
		return
	case err != nil || s != nil:
		w.fail("creating order %s: %v, there already: %t", id, err, s != nil)
		return
	case by.call.want == nil || by.call.want.opening == nil || len(change.Records) != 1:
		w.fail("order %s was created out of nothing", id)
		return
	}
	o := by.call.want.opening
	first, record := model.Open(o.ID, o.Product, o.Buyer, o.Seller, &w.policy.model, by.call.template, 0, by.call.at)
	s = &shadow{id: id, states: make([]model.Order, 0, 16), records: make([]supervision.Record, 0, 16)}
	s.add(first, change.Records[0])
	if diff := bridge.DiffRecord(&record, &change.Records[0]); diff != "" {
		w.fail("opening %s: %s", id, diff)
	}
	w.orders = append(w.orders, s)
	if c := by.during(); c != nil {
		c.applied = 1
	}
	w.result.Counts.Applied++
	w.stored(s, 0)
}

func (s *shadow) add(state model.Order, record supervision.Record) {
	s.states, s.records, s.acked = append(s.states, state), append(s.records, record.Clone()), append(s.acked, false)
}

// saved holds a save against the model: the right ones are stored, and what is stored is what the rules say.
func (w *world) saved(by author, changes []supervision.Change, err error) {
	var conflict *supervision.ConflictError
	if err != nil && !errors.As(err, &conflict) {
		w.fail("saving: %v", err)
		return
	}
	for _, change := range changes {
		s := w.shadow(change.Order.ID)
		lost := conflict != nil && contains(conflict.Orders, change.Order.ID)
		if current := s != nil && s.version() == int(change.Before); current == lost {
			w.fail("order %s, saved from version %d: conflict %t", change.Order.ID, change.Before, lost)
			return
		}
		if !lost {
			w.follow(by, s, change)
		} else if c := by.during(); c != nil {
			c.conflicted = true
		}
	}
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// follow takes the records of a change, one after the other, to the model.
func (w *world) follow(by author, s *shadow, change supervision.Change) {
	before := s.version()
	for i := range change.Records {
		r := &change.Records[i]
		var next model.Order
		var records []model.Record
		if r.Actor.Role == supervision.RoleSystem {
			next, records = s.last().Settle(bridge.Micros(r.At))
		} else {
			var answer model.Answer
			next, answer = s.last().Do(bridge.Command(r.Actor, r.Action), bridge.Micros(r.At))
			records = answer.Records
			w.commanded(by, s, r)
			if answer.Kind != "done" {
				w.fail("order %s: %s was stored, but is %s: %+v", s.id, r.Operation, answer.Kind, answer)
				return
			}
		}
		if len(records) != 1 {
			w.fail("order %s: %s was stored as one record, but the rules ask for %d", s.id, r.Operation, len(records))
			return
		}
		if diff := bridge.DiffRecord(&records[0], r); diff != "" {
			w.fail("order %s, record %d: %s", s.id, r.Seq, diff)
			return
		}
		if latest := max(by.call.at, s.last().Updated); bridge.Micros(r.At) > latest {
			w.fail("order %s, record %d: it is of %s, which has not come yet", s.id, r.Seq, r.At)
		}
		s.add(next, *r)
		w.count(&next, r)
	}
	if c := by.during(); c != nil {
		c.applied = s.version()
	}
	w.stored(s, before)
}

// commanded: nothing is stored that nobody asked for, nor as anything else than was asked, nor twice.
func (w *world) commanded(by author, s *shadow, r *supervision.Record) {
	want := by.call.want
	switch {
	case want == nil || want.opening != nil || want.dryRun || want.order != s.id:
		w.fail("order %s: nobody asked for %s", s.id, r.Operation)
	case bridge.Command(r.Actor, r.Action) != want.command || r.Key != want.key:
		w.fail("order %s: asked for %+v with key %q, stored %+v with key %q", s.id, want.command, want.key, r.Action, r.Key)
	case s.keyed(r.Key, s.version()) != nil:
		w.fail("order %s: key %q applied twice (R28)", s.id, r.Key)
	case want.expects != 0 && want.expects != s.version():
		w.fail("order %s: applied to version %d, but only version %d was to be changed", s.id, s.version(), want.expects)
	case bridge.Micros(r.At) != max(by.call.at, s.last().Updated):
		w.fail("order %s, record %d: it is of %s, but it was asked for at %s", s.id, r.Seq, r.At, bridge.Time(by.call.at))
	}
}

func (w *world) count(o *model.Order, r *supervision.Record) {
	w.result.Counts.Applied++
	switch r.Operation {
	case supervision.OpRaiseAppeal:
		w.result.Counts.Appeals++
	case supervision.OpComplete:
		w.result.Counts.Completed++
	}
	w.mix(uint64(o.Version)<<8 | uint64(r.Operation))
	w.log("    stored: order %s is %s, version %d by %s", o.ID, o.Status, o.Version, r.Operation)
}

// stored compares what the store has with what it must have, from a version on.
func (w *world) stored(s *shadow, after int) {
	order, _, err := w.store.Load(background, s.id, "")
	if err != nil {
		w.fail("order %s is lost: %v", s.id, err)
		return
	}
	if diff := bridge.DiffOrder(s.last(), &order); diff != "" {
		w.fail("order %s as stored: %s", s.id, diff)
	}
	records, err := w.store.Records(background, s.id, int64(after), supervision.MaxPage)
	if err != nil || len(records) != s.version()-after {
		w.fail("order %s has version %d, but %d records after %d (%v)", s.id, s.version(), len(records), after, err)
		return
	}
	for i := range records {
		w.sameRecord(s, after+i+1, &records[i])
	}
	replayed, err := supervision.Replay(s.records)
	if err != nil {
		w.fail("order %s does not replay (R21): %v", s.id, err)
	} else if diff := bridge.DiffOrder(s.last(), &replayed); diff != "" {
		w.fail("order %s replayed (R21): %s", s.id, diff)
	}
}

// sameRecord compares a record with what the one of that number must be.
func (w *world) sameRecord(s *shadow, seq int, r *supervision.Record) {
	if seq > s.version() {
		w.fail("order %s has a record %d that was never stored", s.id, r.Seq)
		return
	}
	want := &s.records[seq-1]
	if r.Order != s.id || r.Seq != int64(seq) || !r.At.Equal(want.At) || r.Actor != want.Actor || r.Operation != want.Operation ||
		r.From != want.From || r.To != want.To || r.Key != want.Key || r.Finding != want.Finding ||
		bridge.Command(r.Actor, r.Action) != bridge.Command(want.Actor, want.Action) {
		w.fail("order %s, record %d: stored %+v, found %+v", s.id, seq, *want, *r)
	}
}

// loaded holds a read order against what must be stored.
func (w *world) loaded(id, key string, order *supervision.Order, repeated *supervision.Record, err error) {
	s := w.shadow(id)
	if s == nil {
		if !errors.Is(err, supervision.ErrNotFound) {
			w.fail("order %s was found, but never created: %v", id, err)
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
		w.current.call.loaded, w.current.call.repeated = s.version(), repeated != nil
	}
}

// read remembers which version an order had when its records were read.
func (w *world) read(id string) {
	if s := w.shadow(id); s != nil && w.current != nil {
		w.current.call.read = s.version()
	}
}

// searched holds a search against what must be found.
func (w *world) searched(f supervision.Filter, orders []supervision.Order, err error) {
	if err != nil {
		w.fail("searching: %v", err)
		return
	}
	found := 0
	for _, s := range w.orders {
		now, _ := s.last().Settle(bridge.Micros(f.At))
		if (f.Buyer == "" || f.Buyer == now.Buyer) && (f.Seller == "" || f.Seller == now.Seller) &&
			(f.Status == 0 || f.Status.String() == now.Status) {
			found++
		}
	}
	if len(orders) != min(found, f.Limit) {
		w.fail("searching %+v: %d orders found, %d are there, limit %d", f.Criteria, len(orders), found, f.Limit)
	}
	for i := range orders {
		if i > 0 && (orders[i-1].OpenedAt.Before(orders[i].OpenedAt) ||
			orders[i-1].OpenedAt.Equal(orders[i].OpenedAt) && orders[i-1].ID <= orders[i].ID) {
			w.fail("searching: %s before %s", orders[i-1].ID, orders[i].ID)
		}
		s := w.shadow(orders[i].ID)
		if s == nil {
			w.fail("searching found order %s, which was never created", orders[i].ID)
		} else if diff := bridge.DiffOrder(s.last(), &orders[i]); diff != "" {
			w.fail("order %s as found: %s", s.id, diff)
		}
	}
}

// dueListed holds a list of due orders against those that are due: sorted by instant and id, behind a position.
func (w *world) dueListed(at time.Time, after supervision.Position, limit int, due []supervision.DueOrder, err error) {
	if err != nil || len(due) > limit {
		w.fail("asking for %d due orders: %d, %v", limit, len(due), err)
		return
	}
	last := after
	for _, d := range due {
		s := w.shadow(d.ID)
		if s == nil || d.Err != nil || bridge.Micros(d.Due) != s.last().Due() || dueAt(d).Compare(last) <= 0 {
			w.fail("due at %s, behind %+v: %s at %s, %v", at, last, d.ID, d.Due, d.Err)
			return
		}
		if diff := bridge.DiffOrder(s.last(), &d.Order); diff != "" {
			w.fail("order %s as listed as due: %s", s.id, diff)
		}
		last = dueAt(d)
	}
	there := 0
	for _, s := range w.orders {
		place := supervision.Position{At: bridge.Time(s.last().Due()), ID: s.id}
		if s.last().Due() != 0 && !place.At.After(at) && place.Compare(after) > 0 && (len(due) < limit || place.Compare(last) <= 0) {
			there++
		}
	}
	if there != len(due) {
		w.fail("at %s %d orders are due behind %+v, %d are listed, limit %d", at, there, after, len(due), limit)
	}
}

// published takes note of a template.
func (w *world) published(t supervision.RequestTemplate, err error) {
	if err == nil {
		w.templates = append(w.templates, t)
	}
}

// latest is the version of a template that is current; 0 where there is none.
func (o *oracle) latest(seller, product string) int {
	version := 0
	for _, t := range o.templates {
		if t.Seller == seller && t.Product == product {
			version = t.Version
		}
	}
	return version
}

// asked holds the answer about a template against what was published.
func (w *world) asked(seller, product string, version int, t *supervision.RequestTemplate, err error) {
	want := version
	if version == 0 {
		want = w.latest(seller, product)
		if w.current != nil {
			w.current.call.template = want
		}
	}
	if missing := errors.Is(err, supervision.ErrNotFound); missing != (want == 0) || !missing && (err != nil || t.Version != want) {
		w.fail("template of %s, version %d: got %d (%v), want %d", seller, version, t.Version, err, want)
	}
}

// claimed holds a claim against the outbox as it must be: all records that have not left it, each order's in sequence, and none that
// somebody else has claimed.
func (w *world) claimed(at time.Time, lease time.Duration, records []supervision.Record, err error) {
	if err != nil {
		w.fail("claiming: %v", err)
		return
	}
	now := bridge.Micros(at)
	for i := range records {
		s := w.shadow(records[i].Order)
		if s == nil {
			w.fail("claimed a record of %s, which was never created", records[i].Order)
			return
		}
		w.sameRecord(s, int(records[i].Seq), &records[i])
		if i > 0 && records[i-1].Order == s.id {
			if records[i].Seq != s.after(records[i-1].Seq) {
				w.fail("order %s: claimed record %d after %d", s.id, records[i].Seq, records[i-1].Seq)
			}
		} else {
			if records[i].Seq != s.after(0) {
				w.fail("order %s: claimed record %d, but %d waits", s.id, records[i].Seq, s.after(0))
			}
			if s.after(0) <= int64(s.claimed) && s.until > now {
				w.fail("order %s: claimed at %s, but it is claimed until %s", s.id, at, bridge.Time(s.until))
			}
		}
	}
	for i := range records {
		s := w.shadow(records[i].Order)
		s.claimed, s.until = int(records[i].Seq), now+lease.Microseconds()
	}
	if len(records) == 0 {
		for _, s := range w.orders {
			if next := s.after(0); next != 0 && (next > int64(s.claimed) || s.until <= now) {
				w.fail("order %s: record %d waits and is not claimed", s.id, next)
			}
		}
	}
}

// after is the number of the first record behind another that waits in the outbox; 0 for none.
func (s *shadow) after(seq int64) int64 {
	for i := int(seq); i < len(s.acked); i++ {
		if !s.acked[i] {
			return int64(i + 1)
		}
	}
	return 0
}

// delivered holds a relayed record against what was stored, and its order's sequence.
func (w *world) delivered(r *supervision.Record) {
	s := w.shadow(r.Order)
	if s == nil {
		w.fail("relayed a record of %s, which was never created", r.Order)
		return
	}
	w.sameRecord(s, int(r.Seq), r)
	if int(r.Seq) > s.relayed+1 {
		w.fail("order %s: record %d relayed before %d", s.id, r.Seq, s.relayed+1)
	}
	s.relayed = max(s.relayed, int(r.Seq))
	w.result.Counts.Relayed++
}

// acknowledged: only what has been handed over leaves the outbox.
func (w *world) acknowledged(ids []supervision.RecordID, err error) {
	if err != nil {
		w.fail("acknowledging: %v", err)
		return
	}
	for _, id := range ids {
		s := w.shadow(id.Order)
		if s == nil || int(id.Seq) > s.relayed {
			w.fail("order %s: record %d was acknowledged, but never relayed", id.Order, id.Seq)
			return
		}
		s.acked[id.Seq-1] = true
	}
}
