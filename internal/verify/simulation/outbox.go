package simulation

import (
	"time"

	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
)

// claimed holds a claim against the outbox as it must be: all records that have
// not left it, each order's in sequence, and none that somebody else has
// claimed.
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
			if until := s.held(); until > now {
				w.fail("order %s: claimed at %s, but it is claimed until %s", s.id, at, bridge.Time(until))
			}
		}
	}
	for i := range records {
		s := w.shadow(records[i].Order)
		s.until[records[i].Seq-1] = now + lease.Microseconds()
	}
	if len(records) == 0 {
		for _, s := range w.orders {
			if next := s.after(0); next != 0 && s.held() <= now {
				w.fail("order %s: record %d waits and is not claimed", s.id, next)
			}
		}
	}
}

// after is the number of the first record behind another that waits in the
// outbox; 0 for none.
func (s *shadow) after(seq int64) int64 {
	for i := int(seq); i < len(s.acked); i++ {
		if !s.acked[i] {
			return int64(i + 1)
		}
	}
	return 0
}

// held is until when a record that waits in the outbox is claimed; 0 for never.
// A lease outlives a newer claim of the records before it, and shows again to a
// worker whose clock is slow.
func (s *shadow) held() (until int64) {
	for i, acked := range s.acked {
		if !acked {
			until = max(until, s.until[i])
		}
	}
	return until
}

// delivered holds a relayed record against what was stored, and its order's
// sequence.
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
