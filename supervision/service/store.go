package service

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Store keeps orders, their records, the outbox and the templates. Packages
// store/memory and store/sqlstore implement it, and package store/storetest
// checks any implementation against every sentence below.
//
// For every method: values go in and come out as copies; instants keep their
// microseconds and come back in UTC; ids are compared byte by byte; a canceled
// context is returned as its error before anything has changed, or as
// [ErrUnknownOutcome] when that cannot be known; what reading would refuse is
// refused with [supervision.ErrMalformed] before it is stored, and nothing has
// changed; any other error is the store's own, wrapped, and nothing has
// changed. Methods may be called concurrently.
type Store interface {
	Orders
	Outbox
	Notices
	Templates
	Retention
}

// Change is an order as an operation made it, with the records that made it
// so. It is stored whole or not at all.
type Change struct {
	// Order is the order afterwards. Its Version is Before plus the number of
	// Records.
	Order supervision.Order
	// Before is the version the operation started from; 0 for a new order.
	Before int64
	// Records are the records to add, oldest first; never empty.
	Records []supervision.Record
	// Relay says that the records go to the outbox as well.
	Relay bool
}

// Validate refuses a change whose order or records could not be read again,
// with an error that wraps [supervision.ErrMalformed], and one without records,
// with [ErrNoRecords].
func (c Change) Validate() error {
	if err := c.Order.Validate(); err != nil {
		return err
	}
	if len(c.Records) == 0 {
		return fmt.Errorf("order %q: %w", c.Order.ID, ErrNoRecords)
	}
	for _, r := range c.Records {
		if err := r.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// Orders keeps orders with their records.
type Orders interface {
	// Create stores each new order whose id is free, and returns an
	// [*ExistsError] that names the others, which are left as they are. Any
	// other error means that no order is stored, except [ErrUnknownOutcome],
	// which means that it is not known. No order occurs twice in a call.
	Create(ctx context.Context, changes ...Change) error

	// Load returns an order and, where key is not empty, the order's record
	// whose OwnedKey that is, or nil (R28). It returns
	// [supervision.ErrNotFound] for an unknown id, and
	// [supervision.ErrNewerFormat] or [supervision.ErrMalformed] where what is
	// stored cannot be read.
	Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error)

	// Save stores each change whose order still has the version Before, and
	// returns a [*ConflictError] that names the others, which are left as they
	// are. Any other error means that no change is stored, except
	// [ErrUnknownOutcome], which means that it is not known. No order occurs
	// twice in a call.
	Save(ctx context.Context, changes ...Change) error

	// Search returns the orders that match the filter, in the order of its Sort
	// (newest first: BoughtAt, then ID by bytes, both descending; otherwise
	// WaitingSince, HandleBy or ProposedAt, then ID, both ascending), starting
	// after After, at most Limit: the Listing of each or, where Whole asks for
	// it, the order.
	Search(ctx context.Context, filter supervision.Filter) ([]Found, error)

	// Count returns for each filter how many orders Search finds by it, its
	// After, Limit and Whole aside, counted up to limit.
	Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error)

	// Upcoming returns the orders that have an instant of one of some kinds
	// (Listing.Brings) from one instant on and before another, each once for each
	// such instant, sorted by it and then by ID, starting after a position (zero:
	// from the first), at most limit.
	Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
		after supervision.Position, limit int) ([]Found, error)

	// Records returns an order's records with a sequence number above after,
	// oldest first, at most limit. An unknown order has none.
	Records(ctx context.Context, id string, after int64, limit int) ([]FoundRecord, error)

	// Due returns the orders whose Listing.Due is set and not after at, sorted
	// by it and then by ID, starting after a position (zero: from the first),
	// at most limit.
	Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]Found, error)
}

// Found is one order of a list. One that cannot be read keeps its place and
// hides no other.
type Found struct {
	// Position is its place: the instant that the list is sorted by, and its
	// id.
	supervision.Position
	// Order is the order as stored; zero where Err is set.
	Order supervision.Order
	// Listing is what Search returns in place of the order, unless asked for
	// whole ones: the order's, but without NoticeAt.
	Listing supervision.Listing
	// Err is an [*UnreadableError], or nil.
	Err error
}

// FoundRecord is one record of a list. One that cannot be read keeps its place
// and hides no other.
type FoundRecord struct {
	supervision.RecordID
	// Record is the record; zero where Err is set.
	Record supervision.Record
	// Err is an [*UnreadableError], or nil.
	Err error
}

// Outbox holds the records that wait to be relayed to the host, at least once
// each and in sequence for each order, and the notices, of which each goes
// before the records of its order (R33).
type Outbox interface {
	// Claim takes for a relay the first record that waits of each order, at
	// most limit. Until at+lease nobody else claims it or a later one of its
	// order. Fresh records come first, those that wait longest first; then
	// those with a Next that is not after at, the earliest first. An empty
	// result does not mean an empty outbox: what waits may be claimed by others
	// or have its Next later, and others may have been faster.
	Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]Claimed, error)

	// Acknowledge removes relayed records from the outbox, claimed or not.
	// Unknown IDs are ignored.
	Acknowledge(ctx context.Context, ids ...supervision.RecordID) error

	// Return ends the claims of records and puts each where its Waiting says.
	// Its Next is given to the later records of the order too, since they wait
	// for it. Records under another claim than ClaimedUntil are left as they
	// are, where it is set; unknown ones are ignored.
	Return(ctx context.Context, places ...Waiting) error

	// Backlog returns what waits in the outbox, each number counted up to limit.
	Backlog(ctx context.Context, limit int) (Backlog, error)

	// Delayed returns the records that are set aside, or those that have a Next
	// and are not, sorted by order and sequence, starting after a record (zero:
	// from the first), at most limit.
	Delayed(ctx context.Context, aside bool, after supervision.RecordID, limit int) ([]Waiting, error)
}

// Backlog is what waits in the outbox, claimed or not.
type Backlog struct {
	// Since is the instant of the oldest fresh record; zero without one.
	Since time.Time
	// Fresh and Failing are how many records wait for their first and for
	// another attempt, Aside how many are set aside.
	Fresh, Failing, Aside int
}

// Waiting is the place of a record in the outbox.
type Waiting struct {
	supervision.RecordID
	// Attempts is how often relaying it has failed.
	Attempts int `json:"attempts"`
	// Next is the earliest instant of its next attempt; zero for a fresh
	// record, which waits for none.
	Next time.Time `json:"next,omitzero"`
	// Aside says that it is set aside: nobody claims it, and the later records
	// of its order do not wait for it.
	Aside bool `json:"aside"`
	// ClaimedUntil is the end of its claim; zero without one.
	ClaimedUntil time.Time `json:"claimed_until,omitzero"`
}

// Claimed is a record that a relay has claimed, or a notice. One that cannot be
// read, or whose order cannot be, is claimed all the same and stops no other.
type Claimed struct {
	Waiting
	// Record is the record; zero for a notice, and where Err is set.
	Record supervision.Record
	// Order is its order as stored now; zero where Err is set.
	Order supervision.Order
	// Err is an [*UnreadableError], or nil.
	Err error
}

// Notices keeps when the next notice of each order is due, and gives each once
// to the outbox (R33). Creating or saving an order sets that to its
// Listing.NoticeAt, and leaves alone which have been given.
type Notices interface {
	// Noticing returns the orders whose next notice is due, not after at,
	// sorted by that instant and then by ID, starting after a position (zero:
	// from the first), at most limit.
	Noticing(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]Noticing, error)

	// Notice puts notices into the outbox, each under its
	// [supervision.NoticeID], and sets when the order's next is due and which
	// have been given, for each order that is still as it was found. The others
	// are left as they are, and a [*ConflictError] names them. The version
	// stays. Any other error means that nothing has changed, except
	// [ErrUnknownOutcome], which means that it is not known. No order occurs
	// twice in a call.
	Notice(ctx context.Context, list ...Noticed) error
}

// Noticing is an order whose next notice is due; its Position has the instant.
type Noticing struct {
	Found
	// Given are the instants whose notices have been given, in that order.
	Given []time.Time
}

// Noticed says which of an order's notices are given now.
type Noticed struct {
	Order string
	// Version and At are what the order must still have: its version, and when
	// its next notice is due.
	Version int64
	At      time.Time
	// Due are the instants of the notices to relay; none where those that were
	// due have lapsed.
	Due []time.Time
	// Given are the instants whose notices have been given now, Due among them.
	// Next is when the next one is due, after At; zero without one.
	Given []time.Time
	Next  time.Time
}

// PublishedTemplate is one version of a seller's template for a product, or the
// withdrawal of the version before. It never changes (R04).
type PublishedTemplate struct {
	supervision.TemplateID
	PublishedAt time.Time `json:"published_at"`
	// Template is what is filled in; zero in a withdrawal.
	Template template.Template `json:"template,omitzero"`
}

// Withdrawn reports whether the version withdraws the template: orders that
// open while it is the latest have none.
func (t PublishedTemplate) Withdrawn() bool { return len(t.Template.Fields) == 0 }

// Validate refuses a version that could not be read again, with an error that
// wraps [supervision.ErrMalformed].
func (t PublishedTemplate) Validate() error {
	var f faults
	f.ID("seller", t.Seller)
	f.ID("product", t.Product)
	f.ID("operation", string(t.Operation))
	if err := f.Err("service: template", supervision.ErrMalformed); err != nil || t.Withdrawn() {
		return err
	}
	document, _ := t.Template.MarshalJSON() // nothing where it cannot be written, which cannot be read
	return new(template.Template).UnmarshalJSON(document)
}

// Templates keeps published templates by seller, product, operation and
// version.
type Templates interface {
	// PutTemplate stores a version. It returns [ErrConflict] unless the
	// version is one above the latest, or 1 where there is none.
	PutTemplate(ctx context.Context, t PublishedTemplate) error

	// Template returns a version. It returns [supervision.ErrNotFound] where
	// there is none.
	Template(ctx context.Context, id supervision.TemplateID) (PublishedTemplate, error)

	// LatestTemplates returns the latest version of each template of a
	// seller's product, sorted by operation.
	LatestTemplates(ctx context.Context, seller, product string) ([]PublishedTemplate, error)
}

// Retention is what keeping and removing evidence asks of a store (R35).
type Retention interface {
	// Between returns the records of all orders that happened from one instant
	// on and before another, sorted by instant, then by order as bytes and then
	// by sequence, starting after a place (zero: from the first), at most
	// limit.
	Between(ctx context.Context, from, before time.Time, after RecordPlace, limit int) ([]PlacedRecord, error)

	// Erase stores a change as Save does, and in the same step puts each erased
	// record in the place of the order's record with its sequence number, where
	// it waits to be relayed as well (R35).
	Erase(ctx context.Context, change Change, erased []supervision.Record) error

	// Remove removes an order with its records, if it has the version and none
	// of its records waits in the outbox, and reports whether it did.
	Remove(ctx context.Context, id string, version int64) (bool, error)
}

// RecordPlace is the place of a record among those of all orders.
type RecordPlace struct {
	At time.Time
	supervision.RecordID
}

// Compare orders places by instant, and then by their records' ids.
func (p RecordPlace) Compare(q RecordPlace) int {
	return cmp.Or(p.At.Compare(q.At), p.RecordID.Compare(q.RecordID))
}

// PlacedRecord is a record of any order. One that cannot be read keeps its
// place and hides no other.
type PlacedRecord struct {
	RecordPlace
	// Record is the record; zero where Err is set.
	Record supervision.Record
	// Err is an [*UnreadableError], or nil.
	Err error
}
