package supervision

import (
	"slices"
	"strconv"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Fault is one thing that is wrong with an input: its field, a stable code
// with its numbers, and what to do about it.
type Fault = fault.Fault

// InvalidError has every fault of an input that was refused whole, or of a
// document. It matches [ErrInvalid] or [ErrMalformed], and never repeats what a
// user wrote.
type InvalidError = fault.Error

// faults collects everything wrong with an input, so that it is refused whole.
type faults struct {
	fault.List
	erase bool // texts are not checked but erased (R35)
	had   bool // there were some
}

func (f *faults) err() error { return f.Err("supervision", nil) }

// name reports whether there is a fault at one of the fields.
func (f *faults) name(fields ...string) bool {
	return slices.ContainsFunc(f.List, func(one Fault) bool { return slices.Contains(fields, one.Field) })
}

// text checks a text of any number of lines.
func (f *faults) text(field, text string, mandatory bool) string {
	if f.erase {
		f.had = f.had || text != ""
		return erased(text)
	}
	return f.Text(field, text, MaxText, mandatory)
}

// line checks a text of one line.
func (f *faults) line(field, text string, mandatory bool) string {
	if f.erase {
		return f.text(field, text, mandatory)
	}
	return f.Line(field, text, mandatory)
}

// attachments checks a list of attachments and returns a copy, so that what is
// stored cannot be changed by who sent it.
func (f *faults) attachments(field string, list []Attachment) []Attachment {
	if len(list) == 0 {
		return nil
	}
	if f.erase {
		f.had, list = true, slices.Clone(list)
		eraseFiles(list)
		return list
	}
	if len(list) > MaxAttachments {
		f.Put(field, Fault{Code: fault.TooMany, Max: strconv.Itoa(MaxAttachments),
			Message: "attach at most " + strconv.Itoa(MaxAttachments) + " files"})
		return nil
	}
	checked := make([]Attachment, len(list))
	for i, a := range list {
		var of fault.List
		checked[i] = Attachment{
			Name: of.Line("name", a.Name, true), Ref: of.Line("ref", a.Ref, true), Digest: a.Digest,
		}
		if a.Digest != "" {
			of.ID("digest", a.Digest)
		}
		f.Within(field+"["+strconv.Itoa(i)+"]", of.Err("", nil))
	}
	return checked
}

// between checks an instant that has to lie between two others, both included.
func (f *faults) between(field string, at, first, last time.Time) time.Time {
	before := len(f.List)
	at = f.Instant(field, at)
	if len(f.List) == before && (at.Before(first) || at.After(last)) {
		f.Put(field,
			Fault{Code: fault.OutOfRange, Min: first.Format(time.RFC3339Nano), Max: last.Format(time.RFC3339Nano),
				Message: "give an instant from " + first.Format(time.RFC3339Nano) + " to " +
					last.Format(time.RFC3339Nano)})
	}
	return at
}

// refund checks an amount against what was paid (R32).
func (f *faults) refund(field string, amount, paid Money) {
	before := len(f.List)
	f.Within(field, amount.Validate())
	switch {
	case len(f.List) > before:
	case paid == Money{}:
		f.Add(field, fault.OutOfRange, "the order does not say what was paid, so nothing can be refunded")
	case amount.Currency != paid.Currency:
		f.Add(field+".currency", fault.OutOfRange, "use the currency of what was paid")
	case amount.Amount > paid.Amount:
		f.Put(field+".amount", Fault{Code: fault.OutOfRange, Min: "1", Max: strconv.FormatInt(paid.Amount, 10),
			Message: "refund at most what was paid, " + strconv.FormatInt(paid.Amount, 10)})
	}
}

func (f *faults) actor(a Actor) {
	if !slices.Contains(roles, a.Role) {
		f.Add("actor.role", fault.Required, "name a role: "+fault.Words(roles))
	}
	f.ID("actor.id", a.ID)
	if a.User != "" {
		f.ID("actor.user", a.User)
	}
}

func (f *faults) action(a Action) {
	if !isAction(a) {
		f.Add("action", fault.Required, "pass one of the package's actions, by value")
	}
}
