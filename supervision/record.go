package supervision

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
)

// Record is one operation record: what was done to an order, by whom and when
// (R21). Records are only ever added, and replaying them yields the order.
type Record struct {
	// Order is the order's id.
	Order string
	// Seq numbers the order's records from 1 without gaps; it is the version
	// that the operation made.
	Seq int64
	// At is when it happened; for what time did, the instant it was due (R02).
	At time.Time
	// Actor is who did it; [System] for what time did.
	Actor Actor
	// Operation is what was done; From and To are the statuses before and
	// after. From is zero in the first record.
	Operation Operation
	From, To  Status
	// Action is what was submitted, normalised.
	Action Action
	// Finding is what made the ground of an appeal hold (R18); zero in other
	// records.
	Finding appeal.Finding
	// Key is the idempotency key of the command (R28); empty without one. It is
	// its actor's: see OwnedKey.
	Key string
	// Salt is random, so that a Seal tells nobody what was sealed; empty where a
	// record has no texts, where nobody gave it one, and where they are erased.
	Salt string
	// Seal is what is left of a record's texts when they have been erased (R35):
	// the SHA-256 of Salt and Action as they were, in hexadecimal; empty where
	// they were not.
	Seal string
}

// recordJSON is a record on paper. An action is written as it is, and read once
// its operation is known.
type recordJSON[A any] struct {
	Format    int            `json:"format"`
	Order     string         `json:"order"`
	Seq       int64          `json:"seq"`
	At        time.Time      `json:"at"`
	Actor     Actor          `json:"actor"`
	Operation Operation      `json:"operation"`
	From      Status         `json:"from,omitzero"`
	To        Status         `json:"to"`
	Finding   appeal.Finding `json:"finding,omitzero"`
	Key       string         `json:"key,omitempty"`
	Salt      string         `json:"salt,omitempty"`
	Seal      string         `json:"seal,omitempty"`
	Action    A              `json:"action"` // the last member: see [Documents.MarshalRecord]
}

// MarshalJSON writes the record with its format version. What UnmarshalJSON
// would refuse is not written.
func (r Record) MarshalJSON() ([]byte, error) { return (*Documents)(nil).MarshalRecord(r) }

// UnmarshalJSON reads what MarshalJSON writes. Unknown fields and words,
// documents of a newer version, and records that [Record.Validate] refuses are
// errors that match [ErrNewerFormat] or [ErrMalformed], and [ErrUnknown] where
// a word is the cause.
func (r *Record) UnmarshalJSON(data []byte) error {
	var wire recordJSON[json.RawMessage]
	if err := fault.DecodeDocument("supervision: record", data, &wire, &wire.Format); err != nil {
		return err
	}
	action, err := UnmarshalActionOf(wire.Operation, wire.Action)
	if err != nil {
		return err
	}
	read := Record{wire.Order, wire.Seq, wire.At, wire.Actor, wire.Operation, wire.From, wire.To, action, wire.Finding,
		wire.Key, wire.Salt, wire.Seal}
	if err := read.Validate(); err != nil {
		return err
	}
	*r = read
	return nil
}

// Validate refuses a record without what every record has, with an
// [*InvalidError] that names every fault at its field and matches
// [ErrMalformed]. Whether it follows from the ones before, [Replay] says.
func (r Record) Validate() error {
	var f faults
	f.ID("order", r.Order)
	if r.Seq < 1 {
		f.Put("seq", Fault{Code: fault.OutOfRange, Min: "1", Message: "count the records from 1"})
	}
	f.instant("at", r.At, time.Time{}, time.Time{})
	f.actor(r.Actor)
	f.action(r.Action)
	if isAction(r.Action) && r.Action.Operation() != r.Operation {
		f.Add("action", fault.WrongType, "record the action of the operation")
	}
	if begins(r.Operation) != (r.From == "") {
		f.Add("from", fault.Required, "name the status before; only a first record has none")
	}
	if r.To == "" {
		f.Add("to", fault.Required, "name the status afterwards")
	}
	if r.Key != "" {
		f.ID("key", r.Key)
	}
	if r.Seal != "" && r.Salt != "" {
		f.Add("seal", fault.UnknownField, "a record that is sealed has lost its salt")
	}
	return f.Err("supervision: record", ErrMalformed)
}

// Clone returns a deep copy.
func (r Record) Clone() Record {
	if a, ok := r.Action.(cloner); ok {
		r.Action = a.clone()
	}
	return r
}

// RecordID names a record, or what takes a record's place in the outbox; see
// [NoticeID].
type RecordID struct {
	Order string `json:"order"`
	Seq   int64  `json:"seq"`
}

// Compare orders ids by the bytes of the order and then by sequence.
func (id RecordID) Compare(other RecordID) int {
	return cmp.Or(cmp.Compare(id.Order, other.Order), cmp.Compare(id.Seq, other.Seq))
}

// ID names the record.
func (r Record) ID() RecordID { return RecordID{r.Order, r.Seq} }

// OwnedKey returns the record's idempotency key together with its owner: keys
// belong to order and actor, so the same key of another actor is another one,
// whoever acts for the two (R22, R28). It is what a store finds the record by;
// empty without a key.
func (r Record) OwnedKey() string {
	if r.Key == "" {
		return ""
	}
	return string(r.Actor.Role) + "\t" + r.Actor.ID + "\t" + r.Key // ids and keys hold no control characters
}
