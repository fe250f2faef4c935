package memory

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// outbox holds the records that wait to be relayed, in a queue for each order. The zero value is empty.
type outbox struct {
	mu     sync.Mutex
	queues map[string]*queue
	free   sorted[*queue] // by the instant of the first record
	leased sorted[*queue] // by the end of the lease
}

// queue is the waiting records of one order, oldest first; never empty.
type queue struct {
	records []*supervision.Record
	// Records up to this sequence number are claimed until this instant.
	claimed int64
	until   time.Time
	leased  bool // in which of the two lists it is
}

func (q *queue) waits() supervision.Position {
	return supervision.Position{At: q.records[0].At, ID: q.records[0].Order}
}

func (q *queue) ends() supervision.Position {
	return supervision.Position{At: q.until, ID: q.records[0].Order}
}

// enlist and delist keep a queue in the list that its state says.
func (o *outbox) enlist(q *queue) {
	if q.leased {
		o.leased.put(q.ends(), q)
	} else {
		o.free.put(q.waits(), q)
	}
}

func (o *outbox) delist(q *queue) {
	if q.leased {
		o.leased.remove(q.ends())
	} else {
		o.free.remove(q.waits())
	}
}

// add puts records of one order into the outbox.
func (o *outbox) add(records []*supervision.Record) {
	if len(records) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if q := o.queues[records[0].Order]; q != nil {
		q.records = append(q.records, records...)
		return
	}
	if o.queues == nil {
		o.queues = make(map[string]*queue)
	}
	q := &queue{records: slices.Clone(records)}
	o.queues[records[0].Order] = q
	o.enlist(q)
}

// Claim implements [supervision.Outbox].
func (s *Store) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]supervision.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	records, _ := s.outbox.claim(at, lease, limit)
	return records, nil
}

// claim also tells how many orders it looked at.
func (o *outbox) claim(at time.Time, lease time.Duration, limit int) (records []supervision.Record, visited int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	visited = o.release(at)
	var taken []*queue
	for _, q := range o.free.above(supervision.Position{}) {
		if len(records) >= limit {
			break
		}
		visited++
		if q.until.After(at) { // released by somebody whose clock is ahead
			continue
		}
		first := q.records[:min(len(q.records), limit-len(records))]
		q.claimed = first[len(first)-1].Seq
		records = append(records, cloneRecords(first)...)
		taken = append(taken, q)
	}
	for _, q := range taken {
		o.delist(q)
		q.until, q.leased = at.Add(lease), true
		o.enlist(q)
	}
	return records, visited
}

// release frees the queues whose lease has ended and returns how many.
func (o *outbox) release(at time.Time) int {
	var ended []*queue
	for end, q := range o.leased.above(supervision.Position{}) {
		if end.At.After(at) {
			break
		}
		ended = append(ended, q)
	}
	for _, q := range ended {
		o.delist(q)
		q.leased = false
		o.enlist(q)
	}
	return len(ended)
}

// Acknowledge implements [supervision.Outbox].
func (s *Store) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.outbox.mu.Lock()
	defer s.outbox.mu.Unlock()
	for _, id := range ids {
		s.outbox.acknowledge(id)
	}
	return nil
}

func (o *outbox) acknowledge(id supervision.RecordID) {
	q := o.queues[id.Order]
	if q == nil {
		return
	}
	i := sort.Search(len(q.records), func(i int) bool { return q.records[i].Seq >= id.Seq })
	if i == len(q.records) || q.records[i].Seq != id.Seq {
		return
	}
	o.delist(q)
	q.records = slices.Delete(q.records, i, i+1)
	if len(q.records) == 0 {
		delete(o.queues, id.Order)
		return
	}
	if q.records[0].Seq > q.claimed { // nothing is left of the claim
		q.until, q.leased = time.Time{}, false
	}
	o.enlist(q)
}
