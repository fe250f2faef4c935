package appeal

import (
	"slices"
	"time"
)

// Appeal is one case with everything said in it: a party's appeal, or an
// operations manager's intervention (R30). It lives inside its order; while
// Ruling is nil it is pending and the order is frozen (R12).
type Appeal struct {
	// By is the side that appealed; empty for an intervention, which has no
	// ground, no demand and no finding either.
	By Party `json:"by,omitempty"`
	// Manager is the id of the operations manager who intervened; empty for an
	// appeal.
	Manager string `json:"manager,omitempty"`
	// Ground is what it rests on (R18).
	Ground Ground `json:"ground,omitempty"`
	// Reason and Demand are the words of whoever opened the case: what
	// happened, and what a party asks for (R18).
	Reason string `json:"reason"`
	Demand string `json:"demand,omitempty"`
	// Attachments are the evidence that came with it.
	Attachments []Attachment `json:"attachments,omitempty"`
	// Finding is what made the ground hold (R18).
	Finding Finding `json:"finding,omitzero"`
	// RaisedAt is when the flow was frozen.
	RaisedAt time.Time `json:"raised_at"`
	// HandleBy is the last instant at which a ruling is on time (R19).
	HandleBy time.Time `json:"handle_by"`
	// Notes are the operations managers' notes, oldest first (R13).
	Notes []Note `json:"notes,omitempty"`
	// Ruling ends the appeal (R15); nil while it is pending.
	Ruling *Ruling `json:"ruling,omitempty"`
}

// Pending reports whether the appeal still waits for its ruling; a nil appeal
// does not.
func (a *Appeal) Pending() bool { return a != nil && a.Ruling == nil }

// Overdue reports whether the ruling is late: pending, and at is after HandleBy
// (R19). Nothing happens by itself.
func (a *Appeal) Overdue(at time.Time) bool { return a.Pending() && at.After(a.HandleBy) }

// Clone returns a deep copy; nil for nil.
func (a *Appeal) Clone() *Appeal {
	if a == nil {
		return nil
	}
	c := *a
	c.Attachments = slices.Clone(a.Attachments)
	c.Notes = slices.Clone(a.Notes)
	for i := range c.Notes {
		c.Notes[i].Attachments = slices.Clone(c.Notes[i].Attachments)
	}
	if a.Ruling != nil {
		ruling := *a.Ruling
		ruling.Attachments = slices.Clone(ruling.Attachments)
		c.Ruling = &ruling
	}
	return &c
}

// Shared returns the appeal as its parties see it: with those notes only that
// the managers share (R34). It changes nothing; nil for nil.
func (a *Appeal) Shared() *Appeal {
	unshared := func(n Note) bool { return !n.Shared }
	if a == nil || !slices.ContainsFunc(a.Notes, unshared) {
		return a
	}
	c := a.Clone()
	c.Notes = slices.DeleteFunc(c.Notes, unshared)
	return c
}

// Note is an operations manager's note on a pending appeal (R13).
type Note struct {
	// At is when it was written, By the operations manager's id.
	At time.Time `json:"at"`
	By string    `json:"by"`
	// Text is the note.
	Text string `json:"text"`
	// Attachments are files that go with it.
	Attachments []Attachment `json:"attachments,omitempty"`
	// Shared says that the parties see it; otherwise it is the managers' own
	// (R34).
	Shared bool `json:"shared,omitempty"`
}

// Attachment refers to a file that the host keeps. The library stores the
// reference, never the bytes.
type Attachment struct {
	// Name is the file's name as the party gave it.
	Name string `json:"name"`
	// Ref is where the host finds the file: a key, a path or a URL.
	Ref string `json:"ref"`
	// Digest is an optional checksum such as "sha256:…", so that evidence
	// cannot be exchanged unnoticed.
	Digest string `json:"digest,omitempty"`
}
