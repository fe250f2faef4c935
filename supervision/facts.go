package supervision

import (
	"maps"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Fact is one thing that was submitted with an operation.
type Fact struct {
	// Key is the name of the action's field; of an answer to a template's
	// field, "values." and the field's key.
	Key  string    `json:"key"`
	Kind FieldKind `json:"kind"`
	// Value is of the type that the kind names.
	Value any `json:"value"`
}

// telling is an action that something can be submitted with.
type telling interface {
	facts(f facts) facts
}

// Facts lists what was submitted, and what made the ground of an appeal hold
// (R18, R21), in the order of a form. What was left open is left out.
func (r Record) Facts() []Fact {
	var f facts
	if a, ok := r.Action.(telling); ok {
		f = a.facts(f)
	}
	return f.finding(r.Finding)
}

// facts collects what says something.
type facts []Fact

func (f facts) text(key, text string) facts { return f.word(key, FieldText, text, text) }
func (f facts) id(key, id string) facts     { return f.word(key, FieldID, id, id) }

// word adds a word, whose type value has.
func (f facts) word(key string, kind FieldKind, word string, value any) facts {
	if word == "" {
		return f
	}
	return append(f, Fact{key, kind, value})
}

func (f facts) instant(key string, at time.Time) facts {
	if at.IsZero() {
		return f
	}
	return append(f, Fact{key, FieldInstant, at})
}

func (f facts) number(key string, n int) facts {
	if n == 0 {
		return f
	}
	return append(f, Fact{key, FieldNumber, n})
}

func (f facts) yesNo(key string, yes bool) facts { return append(f, Fact{key, FieldYesNo, yes}) }

func (f facts) money(key string, m Money) facts {
	if m == (Money{}) {
		return f
	}
	return append(f, Fact{key, FieldMoney, m})
}

func (f facts) policy(key string, p Policy) facts {
	if p == (Policy{}) {
		return f
	}
	return append(f, Fact{key, FieldPolicy, p})
}

func (f facts) files(list []Attachment) facts {
	if len(list) == 0 {
		return f
	}
	return append(f, Fact{"attachments", FieldFiles, slices.Clone(list)})
}

// answers are in the order of their keys; a page that has the template shows
// them in the template's.
func (f facts) answers(values template.Values) facts {
	values = values.Clone()
	for _, key := range slices.Sorted(maps.Keys(values)) {
		f = append(f, Fact{"values." + key, FieldAnswer, values[key]})
	}
	return f
}

func (f facts) quotes(key string, list []Quote) facts {
	if len(list) == 0 {
		return f
	}
	return append(f, Fact{key, FieldQuotes, slices.Clone(list)})
}

// within adds the facts of a part.
func (f facts) within(key string, part facts) facts {
	for _, p := range part {
		p.Key = key + "." + p.Key
		f = append(f, p)
	}
	return f
}

func (f facts) finding(found appeal.Finding) facts {
	return f.number("finding.count", found.Count).instant("finding.since", found.Since)
}
