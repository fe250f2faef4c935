package simulation

import (
	"reflect"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
)

// settle stops the faults, lets everybody come to an end, and sees that
// everything due happens and every record is relayed.
func (w *world) settle() {
	w.over = true
	for _, h := range w.hosts {
		h.skew = 0
	}
	w.log("the faults stop")
	for len(w.late) > 0 && w.result.Violation == "" {
		w.arrive()
	}
	for patience := 5000; w.busy() && w.result.Violation == ""; patience-- {
		if patience == 0 {
			w.fail("somebody never comes to an end")
		}
		w.result.Steps++
		w.resume(w.processes[w.random.IntN(len(w.processes))])
	}
	if w.result.Violation == "" {
		w.finish()
	}
}

func (w *world) busy() bool {
	for _, p := range w.processes {
		if !p.ended {
			return true
		}
	}
	return false
}

// finish lets all timers run out and one worker do the rest.
func (w *world) finish() {
	for _, s := range w.orders {
		for o := *s.last(); o.Due() != 0; o, _ = o.Settle(o.Due()) {
			w.now = max(w.now, o.Due())
		}
	}
	w.now += w.plan.skew // claims of hosts whose clocks were ahead
	worker := &process{world: w}
	service := w.hosts[0].service
	for patience := 1000; w.waits() && patience > 0; patience-- {
		w.now += max(w.plan.lease, longestRetry).Microseconds() + 1
		_, err := service.Settle(background)
		if err != nil {
			w.fail("settling without faults: %v", err)
		}
		if _, err = service.Notice(background); err != nil {
			w.fail("giving notices without faults: %v", err)
		}
		_, err = service.Relay(background, worker.deliver)
		if err != nil {
			w.fail("relaying without faults: %v", err)
		}
		if w.result.Violation != "" {
			return
		}
	}
	for _, s := range w.orders {
		w.atRest(s)
	}
	w.archiveAll(w.hosts[0])
}

// archiveAll: nothing waits any more, so all that has closed can be archived,
// and nothing else is.
func (w *world) archiveAll(h *host) {
	closed := 0
	for _, s := range w.orders {
		if s.last().Closed != 0 {
			closed++
		}
	}
	archiver := w.spawn("archiver", func(p *process) { p.archive(h, w.now+1) })
	for !archiver.ended {
		archiver.resume()
	}
	if w.result.Violation == "" && archiver.call.removed != closed {
		w.fail("%d orders have closed, and %d are archived in the end", closed, archiver.call.removed)
	}
	for _, s := range w.orders {
		w.stored(s, 0)
	}
}

// longestRetry is the service's longest pause between two attempts to relay a
// record.
const longestRetry = time.Hour

// waits reports whether anything is due, or waits to be relayed.
func (w *world) waits() bool {
	for _, s := range w.orders {
		if s.last().Due() != 0 || s.after(0) != 0 || w.noticesWait(s) {
			return true
		}
	}
	return false
}

// atRest looks at an order for the last time.
func (w *world) atRest(s *shadow) {
	if due := s.last().Due(); due != 0 && due <= w.now {
		w.fail("order %s: due at %s, and never happened", s.id, bridge.Time(due))
	}
	if next := s.after(0); next != 0 || s.relayed != s.version() {
		w.fail("order %s: of %d records %d were relayed, %d still waits", s.id, s.version(), s.relayed, next)
	}
	w.everyNotice(s)
	w.stored(s, 0)
	order, _, err1 := w.store.Load(background, s.id, "")
	found, err2 := w.store.Records(background, s.id, 0, supervision.MaxPage)
	records := make([]supervision.Record, len(found))
	for i, f := range found {
		records[i] = f.Record
	}
	replayed, err := supervision.Replay(records)
	if err1 != nil || err2 != nil || err != nil || !reflect.DeepEqual(order, replayed) {
		w.fail("order %s: replaying its records does not yield it (R21): %v %v %v", s.id, err1, err2, err)
	}
}
