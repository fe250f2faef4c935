package service

import (
	"context"
	"crypto/rand"

	"github.com/koogallery/serviceflow/supervision"
)

// Erase erases the texts of a closed order on request: in the order, in its
// records, and in those that wait to be relayed, in one step (R35). The reason
// is the host's, such as the number of the request, and is kept. It is
// [Service.Do] with [supervision.Erase], as System; what that says of keys,
// options and errors holds.
//
// Ids, the persons of [supervision.Actor.User] and idempotency keys stay, so
// give ones that name nobody. Afterwards the records still replay, verify and
// have the digest they had. What has left the store before, relayed, exported
// or in backups, is the host's to erase; and what a relay has claimed before may
// still be published, with its texts, until that claim's lease ends. The record
// of the erasure is relayed after all of them.
func (s *Service) Erase(ctx context.Context, id, reason string, options ...DoOption) (Result, error) {
	return s.Do(ctx, id, supervision.System(), supervision.Erase{Reason: reason}, options...)
}

// commit stores what a command has made of an order.
func (s *Service) commit(ctx context.Context, change Change) error {
	last := &change.Records[len(change.Records)-1]
	if last.HasTexts() {
		last.Salt = rand.Text()
	}
	if last.Operation != supervision.OpErase {
		return s.store.Save(ctx, change)
	}
	records, err := s.records(ctx, change.Order.ID) // with one beyond the change it is a conflict
	if err != nil {
		return err
	}
	var erased []supervision.Record
	for _, r := range records {
		if !r.HasTexts() {
			continue
		}
		if r, err = r.Erase(); err != nil {
			return err
		}
		erased = append(erased, r)
	}
	return s.store.Erase(ctx, change, erased)
}
