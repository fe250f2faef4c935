package audit

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
)

// Verify judges each record of one order again by the rules, oldest first
// (R21), and returns what could not have been made; nil where all of it could.
// It applies each command anew to the order as it was, and compares the record
// that this makes with the one at hand: whether the actor has a part in the
// order, what time had done before, whether the rules allowed it, the ground
// and its finding, the normalised input, the key.
//
// After a finding it goes on with what is recorded where the flow has a way for
// it, else with what should have been; where there is neither, one finding of
// the kind [Unjudged] ends the list. A request on a template is judged with the
// form that forms finds; without, its values alone are left unjudged, and a
// finding of the kind [Unchecked] says so. A record whose texts were erased is
// judged by what is left of it, and has to be followed by its erasure (R35).
//
// Verify finds what could not have been made. It cannot find another history
// that could: a text that was replaced, an instant moved within what the rules
// leave open, another manager, records cut off at the end. The last of these
// [VerifyOrder] finds; for the others compare the [Digest].
func Verify(records []supervision.Record, forms ...Forms) []Finding {
	v := verifier{forms: forms, keys: make(map[string]bool)}
	records = v.inSequence(records)
	for i, r := range records {
		if r.Seq != v.order.Version+1 {
			v.find(r, Finding{Seq: v.order.Version + 1, Kind: Missing, Rule: supervision.R21})
			v.order.Version = r.Seq - 1
		}
		lost := i == 0 && r.Seq != 1
		if lost || !v.judge(r, i == 0) {
			if lost || i+1 < len(records) {
				v.find(records[min(i+1, len(records)-1)], Finding{Kind: Unjudged, Rule: supervision.R21})
			}
			break
		}
	}
	if len(records) == 0 {
		v.find(supervision.Record{Seq: 1}, Finding{Kind: Missing, Rule: supervision.R21})
	}
	v.checkErasure(records)
	return v.findings
}

// VerifyOrder is [Verify] for the records of an order as it is stored: they
// have to go on to its version, and to make that very order (R21).
func VerifyOrder(order supervision.Order, records []supervision.Record, forms ...Forms) []Finding {
	findings := Verify(records, forms...)
	last := int64(0)
	for _, r := range records {
		last = max(last, r.Seq)
	}
	if 0 < last && last < order.Version {
		return append(findings, Finding{Order: order.ID, Seq: last + 1, Kind: Missing, Rule: supervision.R21})
	}
	made, err := supervision.Replay(records)
	if err != nil {
		return findings // which say why
	}
	if fields, err := differing(order, made); err != nil || len(fields) > 0 {
		findings = append(findings, Finding{Order: order.ID, Kind: Altered, Rule: supervision.R21, Fields: fields})
	}
	return findings
}

type verifier struct {
	forms    []Forms
	order    supervision.Order // as the records judged so far have made it
	keys     map[string]bool   // by [supervision.Record.OwnedKey]
	findings []Finding
}

func (v *verifier) find(r supervision.Record, f Finding) {
	f.Order = r.Order
	if f.Seq == 0 {
		f.Seq = r.Seq
	}
	v.findings = append(v.findings, f)
}

// inSequence returns the records by their numbers, each number once.
func (v *verifier) inSequence(records []supervision.Record) []supervision.Record {
	sorted := slices.Clone(records)
	slices.SortStableFunc(sorted, func(a, b supervision.Record) int { return cmp.Compare(a.Seq, b.Seq) })
	sorted = slices.CompactFunc(sorted, func(a, b supervision.Record) bool { return a.Seq == b.Seq })
	last := int64(0)
	for _, r := range records {
		if r.Seq <= last {
			v.find(r, Finding{Kind: Misplaced, Rule: supervision.R21})
		}
		last = max(last, r.Seq)
	}
	return slices.DeleteFunc(sorted, func(r supervision.Record) bool { return r.Seq < 1 })
}

// judge judges the record that comes next and goes on to the order after it;
// false where nothing tells what that is.
func (v *verifier) judge(r supervision.Record, first bool) bool {
	if supervision.CheckAction(r.Action) != nil || r.Action.Operation() != r.Operation {
		v.find(r, Finding{Kind: Invalid, Rule: supervision.R21, Faults: []supervision.Fault{
			{Field: "action", Code: fault.WrongType, Message: "record the action of the operation"},
		}})
		return v.goOn(r, nil)
	}
	if first {
		_, want, unchecked, err := begin(r, v.formsFor(r))
		v.note(r, unchecked)
		return v.settle(r, want, err)
	}
	if want, ok := byTime(v.order, r.At); ok {
		if want.Operation != r.Operation {
			v.find(r, Finding{Kind: Overdue, Rule: want.Operation.Rule(), Want: &want})
			return v.goOn(r, nil)
		}
		return v.settle(r, want, nil)
	}
	v.checkKey(r)
	_, made, unchecked, err := command{r.Actor, r.Action, r.At}.perform(v.order, v.formsFor(r))
	if err != nil {
		return v.settle(r, supervision.Record{}, err)
	}
	v.note(r, unchecked)
	want := made[len(made)-1]
	want.Key = r.Key
	return v.settle(r, want, nil)
}

// formsFor are the forms that a record's answers are judged with; none where
// they are erased.
func (v *verifier) formsFor(r supervision.Record) []Forms {
	if r.Seal != "" {
		return nil
	}
	return v.forms
}

// note says of a record that its answers were not judged, though they are
// there.
func (v *verifier) note(r supervision.Record, unchecked bool) {
	if unchecked && r.Seal == "" {
		v.find(r, Finding{Kind: Unchecked, Rule: supervision.R04})
	}
}

// checkKey refuses a key that the actor has used before on the order, and one
// that no command could have (R28).
func (v *verifier) checkKey(r supervision.Record) {
	if r.Key == "" {
		return
	}
	var list fault.List
	list.ID("key", r.Key)
	if len(list) > 0 {
		v.find(r, Finding{Kind: Invalid, Rule: supervision.R28, Faults: list})
	}
	if v.keys[r.OwnedKey()] {
		v.find(r, Finding{Kind: Reused, Rule: supervision.R28})
	}
	v.keys[r.OwnedKey()] = true
}

// checkErasure holds that texts are erased up to the record that says so, and
// only there (R35).
func (v *verifier) checkErasure(records []supervision.Record) {
	last := int64(0)
	for _, r := range records {
		if r.Operation == supervision.OpErase {
			last = r.Seq
		}
	}
	for _, r := range records {
		switch {
		case r.Seal != "" && r.Seq > last:
			v.find(r, Finding{Kind: Altered, Rule: supervision.R35, Fields: []string{"seal"}})
		case r.Seq < last && r.HasTexts():
			v.find(r, Finding{Kind: Altered, Rule: supervision.R35, Fields: []string{"action"}})
		}
	}
}

// sealed gives a record that the rules make what another has of salt and seal,
// which nothing makes anew (R35).
func sealed(want, r supervision.Record) supervision.Record {
	if !want.HasTexts() {
		return want
	}
	if r.Seal != "" {
		if erased, err := want.Erase(); err == nil {
			want = erased
		}
	}
	want.Salt, want.Seal = r.Salt, r.Seal
	return want
}

// settle compares a record with the one that the rules make, or tells why they
// make none, and goes on.
func (v *verifier) settle(r, want supervision.Record, err error) bool {
	if err != nil {
		return v.refuse(r, err)
	}
	want = sealed(want, r)
	fields, err := differing(r, want)
	switch {
	case err != nil:
		return v.refuse(r, err)
	case len(fields) > 0:
		v.find(r, Finding{Kind: Altered, Rule: ruleOfChange(fields, r), Fields: fields, Want: &want})
	}
	return v.goOn(r, &want)
}

// refuse tells why the rules make no record of the command.
func (v *verifier) refuse(r supervision.Record, err error) bool {
	f := Finding{Kind: Invalid, Rule: r.Operation.Rule()}
	var refusal *supervision.Refusal
	var invalid *supervision.InvalidError
	switch {
	case errors.As(err, &refusal):
		f.Kind, f.Rule, f.Decision = Refused, refusal.Rule, refusal.Decision
	case errors.Is(err, supervision.ErrNotFound):
		f.Kind, f.Rule = Refused, supervision.R22
	case errors.As(err, &invalid):
		f.Faults = invalid.Faults
	}
	f.Want = v.byItsParty(r)
	v.find(r, f)
	return v.goOn(r, f.Want)
}

// byItsParty returns the record that the party whose operation it is would have
// made; nil where it would not either.
func (v *verifier) byItsParty(r supervision.Record) *supervision.Record {
	part := slices.Contains(r.Operation.By(), r.Actor.Role)
	for _, party := range parties(v.order) {
		if part && party.Role != r.Actor.Role {
			continue // it is the actor's part, but not its order
		}
		if _, made, _, err := (command{party, r.Action, r.At}).perform(v.order, v.formsFor(r)); err == nil {
			want := made[len(made)-1]
			want.Key = r.Key
			return &want
		}
	}
	return nil
}

// goOn takes the order on: as recorded, or as it should have been.
func (v *verifier) goOn(r supervision.Record, want *supervision.Record) bool {
	next, err := v.order.Follow(r)
	if err != nil && want != nil {
		next, err = v.order.Follow(*want)
	}
	v.order = next
	return err == nil
}

// differing returns the JSON names of what differs in two records or orders.
func differing(got, want any) (fields []string, err error) {
	a, err := json.Marshal(got)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(want)
	if err != nil {
		return nil, err
	}
	compare("", a, b, func(path string, _, _ json.RawMessage) { fields = append(fields, path) })
	return fields, nil
}

// ruleOfChange returns the rule of the first field that has one of its own,
// else the operation's.
func ruleOfChange(fields []string, r supervision.Record) supervision.Rule {
	for _, field := range fields {
		switch name, _, _ := strings.Cut(field, "."); name {
		case "order", "from", "to":
			return supervision.R21
		case "finding":
			return supervision.R18
		case "key":
			return supervision.R28
		}
	}
	return r.Operation.Rule()
}
