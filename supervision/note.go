package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// OpAddNote is the operations manager's: see [AddNote] (R13).
const OpAddNote Operation = "add_note"

// AddNote adds a note to the pending appeal (R13). It is the operations
// manager's.
type AddNote struct {
	// Text is mandatory.
	Text string `json:"text"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
	// Shared lets the parties see the note; otherwise it is the managers' own
	// (R34).
	Shared bool `json:"shared,omitempty"`
}

// Operation returns OpAddNote.
func (AddNote) Operation() Operation { return OpAddNote }

func (a AddNote) check(c command, f faults) (Action, faults) {
	a.Text = f.text("text", a.Text, true)
	a.Attachments = f.attachments("attachments", a.Attachments)
	if c.order.Appeal != nil && !c.again && !f.name("text") {
		f.together("text", noted(c.order.Appeal.Notes...)+noted(appeal.Note{Text: a.Text, Attachments: a.Attachments}),
			MaxNoted)
	}
	return a, f
}

// noted is how many characters notes have, with what names their files.
func noted(notes ...appeal.Note) (n int) {
	for _, note := range notes {
		n += characters(note.Text)
		for _, file := range note.Attachments {
			n += characters(file.Name, file.Ref, file.Digest)
		}
	}
	return n
}

func (AddNote) inputs(command) []Input {
	return []Input{askText("text", true), askFiles(false), {Key: "shared", Kind: FieldYesNo}}
}

func (a AddNote) facts(f facts) facts {
	if a.Text == "" {
		return nil // a note that its reader may not see
	}
	return f.text("text", a.Text).files(a.Attachments).yesNo("shared", a.Shared)
}

func (AddNote) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	if o.Appeal.Pending() && len(o.Appeal.Notes) >= MaxNotes {
		d.Reason, d.Measure = ReasonNotes, appeal.Measure{Have: len(o.Appeal.Notes), Need: MaxNotes}
	}
	return d
}

func (a AddNote) effect(o Order, r Record) Order {
	o.Appeal = o.Appeal.Clone()
	o.Appeal.Notes = append(o.Appeal.Notes, appeal.Note{
		At: r.At, By: r.Actor.ID, Text: a.Text, Attachments: a.Attachments, Shared: a.Shared,
	})
	return o
}

func (AddNote) keepsTurn() {}

func (a AddNote) public() (Action, bool) { return AddNote{}, !a.Shared }

func (a AddNote) clone() Action {
	a.Attachments = slices.Clone(a.Attachments)
	return a
}
