package supervision

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Posted is the form of an operation as somebody has filled it in, in a host
// that draws [Order.Inputs].
type Posted struct {
	// Values are what was posted, by the keys of the inputs; an answer to a
	// template's field by "values." and the field's key. Of several values the
	// last one counts, and an empty one is none.
	Values url.Values
	// Template is the template that the form fills in; the zero one for none.
	Template template.Template
	// Attachments and Policy are what a form cannot say: what the host has made
	// of uploads, and of the policy that was chosen.
	Attachments []Attachment
	Policy      Policy
}

// Action returns the action of an operation that asked for inputs. Yes and no
// are "yes" and "no", a choice is one that the input offers, an amount is as
// [appeal.ParseMoney] reads it in the currency of the input's Most, and an
// instant as an input of HTML writes it, in UTC, or as RFC 3339 does.
//
// The error is an [*InvalidError] with every fault, each at its key (R04). The
// action that comes with it has all else, so that a dry run finds what more is
// wrong. Any other error is one of [UnmarshalActionOf], without an action.
func (p Posted) Action(op Operation, inputs []Input) (Action, error) {
	f, document := faults{}, make(map[string]any)
	for _, in := range inputs {
		switch in.Kind {
		case FieldForm:
			document[in.Key] = p.answers(&f)
		case FieldFiles:
			document[in.Key] = p.Attachments
		case FieldPolicy:
			if p.Policy != (Policy{}) {
				document[in.Key] = p.Policy
			}
		default:
			if value := p.value(&f, in); value != nil {
				document[in.Key] = value
			}
		}
	}
	data, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("supervision: action %s: %w", op, err)
	}
	action, err := UnmarshalActionOf(op, data)
	if err != nil {
		return nil, err
	}
	return action, f.err()
}

// answers are those to the template's fields.
func (p Posted) answers(f *faults) template.Values {
	form := make(url.Values)
	for _, field := range p.Template.Fields {
		name := "values." + field.Key
		form[field.Key] = p.Values[name]
		if !utf8.ValidString(strings.Join(p.Values[name], "\n")) {
			f.Add(name, fault.NotUTF8, "send it as UTF-8")
		}
	}
	return p.Template.FromForm(form)
}

// value is what was posted for an input; nil where that is nothing, or faulty.
func (p Posted) value(f *faults, in Input) any {
	text := ""
	if list := p.Values[in.Key]; len(list) > 0 {
		text = list[len(list)-1]
	}
	is := func(c Choice) bool { return c.Value == text }
	switch {
	case text == "" && in.Required:
		f.Add(in.Key, fault.Required, "give it")
	case text == "":
	case !utf8.ValidString(text):
		f.Add(in.Key, fault.NotUTF8, "send it as UTF-8")
	case in.Choices != nil && !slices.ContainsFunc(in.Choices, is),
		in.Kind == FieldYesNo && text != "yes" && text != "no":
		f.Add(in.Key, fault.Unknown, "choose one of the values that are offered")
	case in.Kind == FieldYesNo:
		return text == "yes"
	case in.Kind == FieldMoney:
		if m, err := appeal.ParseMoney(strings.TrimSpace(text), in.Most.Currency); err == nil {
			return m
		}
		f.notOf(in, "give an amount, in digits")
	case in.Kind == FieldInstant:
		for _, layout := range [...]string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339Nano} {
			if at, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
				return at
			}
		}
		f.notOf(in, "give an instant, such as 2026-03-01T09:00")
	default:
		return text
	}
	return nil
}

// notOf adds that what was posted is not of the input's kind.
func (f *faults) notOf(in Input, advice string) {
	f.Put(in.Key, Fault{Code: fault.Malformed, Kind: string(in.Kind), Message: advice})
}
