package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision/template"
)

// OpAddNote is the operations manager's: see [AddNote] (R13).
const OpAddNote Operation = "add_note"

// AddNote adds a working note to the pending appeal (R13). It is the
// operations manager's.
type AddNote struct {
	// Text is mandatory.
	Text string `json:"text"`
}

// Operation returns OpAddNote.
func (AddNote) Operation() Operation { return OpAddNote }

func (a AddNote) check(_ Order, _ *template.Form, f faults) (Action, faults) {
	a.Text = f.text("text", a.Text, true)
	return a, f
}

func (AddNote) decide(o Order, d Decision, _ Role, _ time.Time) Decision {
	if len(o.Appeal.Notes) >= MaxNotes {
		d.Reason = ReasonNotes
	}
	return d
}

func (a AddNote) effect(o Order, r Record) Order {
	o.Appeal = o.Appeal.Clone()
	o.Appeal.Notes = append(o.Appeal.Notes, appeal.Note{At: r.At, By: r.Actor.ID, Text: a.Text})
	return o
}

func (AddNote) keepsTurn() {}
