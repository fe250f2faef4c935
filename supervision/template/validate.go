package template

import (
	"fmt"
	"regexp"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Validate checks a seller's template on publication (R04). It returns nil or
// an [*InvalidError] with every fault, each with its path, such as
// "fields[2].options[0].value".
func (t Template) Validate() error {
	var found, unusable fault.List
	patterns := t.compilePatterns(&unusable)
	found.Put("title", optional(t.Title, fault.CheckLine, MaxLabel))
	found.Put("intro", optional(t.Intro, fault.CheckText, MaxText))
	found.Put("fields", checkCount(len(t.Fields), MaxFields))
	keys := make(map[string]bool, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		path := fmt.Sprintf("fields[%d]", i)
		if keys[f.Key] {
			found.Put(path+".key", problem(CodeDuplicate, "give each field a key of its own"))
		}
		keys[f.Key] = true
		found.Within(path, invalid(f.validate(patterns[i])))
	}
	return invalid(append(found, unusable...))
}

// optional lets "" pass, and otherwise what check accepts.
func optional(s string, check func(string, int) Fault, most int) Fault {
	if s == "" {
		return none
	}
	return check(s, most)
}

// checkCount asks for at least one of something.
func checkCount(n, most int) Fault {
	switch {
	case n == 0:
		return problem(CodeRequired, "give at least one")
	case n > most:
		return atMost(CodeTooMany, count(most), "give at most %s")
	}
	return none
}

func (f *Field) validate(pattern *regexp.Regexp) fault.List {
	var found fault.List
	found.ID("key", f.Key)
	found.Put("label", fault.CheckLine(f.Label, MaxLabel))
	found.Put("help", optional(f.Help, fault.CheckText, MaxText))
	if !f.Kind.isDeclared() {
		found.Put("kind", problem(CodeUnknown, "use one of "+fault.Words(kinds[:])))
		return found
	}
	f.validateLengths(&found)
	f.validateBounds(&found)
	f.validateOptions(&found)
	f.validateItems(&found)
	if f.Default != nil && len(found) == 0 {
		found.Put("default", f.check(f.Default, pattern))
	}
	return found
}

// notApplicable tells that the kind lacks a setting.
func (f *Field) notApplicable() Fault {
	return Fault{
		Code: CodeNotApplicable, Kind: string(f.Kind),
		Message: fmt.Sprintf("leave it out: a field of kind %s does not have it", f.Kind),
	}
}

// validateRange checks the own bounds of a count, where 0 is no bound.
func (f *Field) validateRange(found *fault.List, has bool, names [2]string, least, most, limit int) {
	for i, n := range [2]int{least, most} {
		if n != 0 && !has {
			found.Put(names[i], f.notApplicable())
		} else if has {
			found.Range(names[i], n, 0, limit)
		}
	}
	if has && most > 0 && least <= limit && least > most {
		found.Range(names[0], least, 0, most)
	}
}

func (f *Field) validateLengths(found *fault.List) {
	has := f.Kind.hasLength()
	f.validateRange(found, has, [2]string{"min_length", "max_length"}, f.MinLength, f.MaxLength, MaxText)
	if f.Pattern != "" && !has {
		found.Put("pattern", f.notApplicable())
	}
}

func (f *Field) validateItems(found *fault.List) {
	names := [2]string{"min_items", "max_items"}
	f.validateRange(found, f.Kind == Choices, names, f.MinItems, f.MaxItems, len(f.Options))
}

func (f *Field) validateBounds(found *fault.List) {
	unbounded := Field{Kind: f.Kind}
	sound := true
	for _, bound := range []struct{ name, value string }{{"min", f.Min}, {"max", f.Max}} {
		p := none
		switch {
		case bound.value == "":
		case !f.Kind.hasBounds():
			p = f.notApplicable()
		case f.Kind.isNumber():
			p = unbounded.checkNumber(bound.value)
		default:
			p = unbounded.checkDate(bound.value)
		}
		found.Put(bound.name, p)
		sound = sound && p.Code == "" && bound.value != ""
	}
	if sound && (f.Kind == Date && f.Min > f.Max || f.Kind != Date && compareNumbers(f.Min, f.Max) > 0) {
		found.Put("min", atMost(CodeOutOfRange, f.Max, "choose it no greater than max, %s"))
	}
}

func (f *Field) validateOptions(found *fault.List) {
	if !f.Kind.hasOptions() {
		if len(f.Options) > 0 {
			found.Put("options", f.notApplicable())
		}
		return
	}
	found.Put("options", checkCount(len(f.Options), MaxOptions))
	values := make(map[string]bool, len(f.Options))
	for i, o := range f.Options {
		path := fmt.Sprintf("options[%d].", i)
		found.ID(path+"value", o.Value)
		found.Put(path+"label", optional(o.Label, fault.CheckLine, MaxLabel))
		if values[o.Value] {
			found.Put(path+"value", problem(CodeDuplicate, "give each option a value of its own"))
		}
		values[o.Value] = true
	}
}
