package supervision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision/template"
)

// OpErase is the system's: see [Erase] (R35).
const OpErase Operation = "erase"

// Erase erases the texts of a closed order, when the law asks for it: what the
// parties and the managers wrote, the answers to the templates, and the names
// of files. Ids, the persons of [Actor.User], idempotency keys, instants and
// everything that the rules judge by stay. It is the system's: the host knows
// who asks, and whether with right. An order that is still open is not erased,
// because the parties need its texts to perform, and a manager to rule.
//
// Applying it erases the order; its records are erased by [Record.Erase], and a
// service does both at once.
type Erase struct {
	// Reason is why, in one line, such as the number of the request; mandatory.
	// It is kept, so it must not repeat what is erased.
	Reason string `json:"reason"`
}

// Erased stands where a text was (R35).
const Erased = "(erased)"

// Operation returns OpErase.
func (Erase) Operation() Operation { return OpErase }

func (a Erase) check(_ command, f faults) (Action, faults) {
	a.Reason = f.Line("reason", a.Reason, true)
	return a, f
}

func (Erase) inputs(command) []Input {
	return []Input{{Key: "reason", Kind: FieldText, Required: true, Max: fault.MaxLine}}
}

func (a Erase) facts(f facts) facts { return f.text("reason", a.Reason) }

func (Erase) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	if !o.ErasedAt.IsZero() {
		d.Reason = ReasonErased
	}
	return d
}

func (a Erase) effect(o Order, r Record) Order {
	o = o.Clone()
	if o.Request != nil {
		o.Request.Text, o.Request.Values = erased(o.Request.Text), erasedValues(o.Request.Values)
		eraseFiles(o.Request.Attachments)
	}
	if o.Delivery != nil {
		o.Delivery.Result, o.Delivery.Values = erased(o.Delivery.Result), erasedValues(o.Delivery.Values)
		eraseFiles(o.Delivery.Attachments)
	}
	if o.Appeal != nil {
		eraseAppeal(o.Appeal)
	}
	o.Reminder.Text, o.Rejection.Reason = erased(o.Reminder.Text), erased(o.Rejection.Reason)
	o.ErasedAt = r.At
	return o
}

func eraseAppeal(a *appeal.Appeal) {
	a.Reason, a.Demand = erased(a.Reason), erased(a.Demand)
	eraseFiles(a.Attachments)
	for i := range a.Notes {
		a.Notes[i].Text = erased(a.Notes[i].Text)
		eraseFiles(a.Notes[i].Attachments)
	}
	if a.Ruling != nil {
		a.Ruling.Decision = erased(a.Ruling.Decision)
		eraseFiles(a.Ruling.Attachments)
	}
}

func (Erase) keepsTurn() {}

// erased returns what is left of a text: whether there was one.
func erased(text string) string {
	if text == "" {
		return ""
	}
	return Erased
}

// erasedValues returns what is left of answers: which questions had one.
func erasedValues(values template.Values) template.Values {
	if values == nil {
		return nil
	}
	left := make(template.Values, len(values))
	for key := range values {
		left[key] = Erased
	}
	return left
}

// eraseFiles leaves of attachments how many there were, in place.
func eraseFiles(list []Attachment) {
	for i := range list {
		list[i] = Attachment{Name: Erased, Ref: Erased}
	}
}

// Erase returns the record without its texts (R35). It keeps their shape and
// their seal, so that it still follows from the records before it and a digest
// of the history still holds. A record without texts, and one that was erased
// before, comes back unchanged. An error is that of a record that has no JSON
// form.
func (r Record) Erase() (Record, error) {
	if !r.HasTexts() {
		return r, nil
	}
	action, _ := eraseAction(r.Action)
	seal, err := r.seal()
	if err != nil {
		return Record{}, err
	}
	r.Action, r.Salt, r.Seal = action, "", seal
	return r, nil
}

// HasTexts reports whether the record holds what somebody wrote; not once that
// has been erased.
func (r Record) HasTexts() bool {
	_, had := eraseAction(r.Action)
	return had && r.Seal == ""
}

// lenient has what a check may look at.
var lenient = Order{Delivery: new(Delivery)}

// eraseAction returns an action without its texts, and whether it had any.
// Every text of an action goes through its check, so that is what is asked.
func eraseAction(a Action) (Action, bool) {
	if !isAction(a) {
		return nil, false
	}
	a, f := a.check(command{order: lenient}, faults{erase: true})
	return a, f.had
}

// seal returns the SHA-256 of salt and action, in hexadecimal. While the salt
// is kept it shows that a text was this one; without it nothing can be guessed.
func (r *Record) seal() (string, error) {
	data, err := json.Marshal(r.Action)
	if err != nil {
		return "", fmt.Errorf("supervision: record %d: %w", r.Seq, err)
	}
	sum := sha256.Sum256(append([]byte(r.Salt), data...))
	return hex.EncodeToString(sum[:]), nil
}
