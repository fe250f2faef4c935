package template

import (
	"fmt"
)

// Validate checks a seller's template on publication (R04). It returns nil or an *Error with every fault, each with its
// path, such as "fields[2].options[0].value".
func (t Template) Validate() error {
	var found faults
	found.add("title", optional(t.Title, checkLine, MaxLabel))
	found.add("intro", optional(t.Intro, checkText, MaxText))
	found.add("fields", count(len(t.Fields), MaxFields))
	keys := make(map[string]bool, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		path := fmt.Sprintf("fields[%d].", i)
		if keys[f.Key] {
			found.add(path+"key", problem{CodeDuplicate, "give each field a key of its own"})
		}
		keys[f.Key] = true
		for _, fault := range f.validate() {
			fault.Field = path + fault.Field
			found = append(found, fault)
		}
	}
	return found.err()
}

// optional lets "" pass, and otherwise what check accepts.
func optional(s string, check func(string, int) problem, max int) problem {
	if s == "" {
		return none
	}
	return check(s, max)
}

// count asks for at least one of something, and at most max.
func count(n, max int) problem {
	switch {
	case n == 0:
		return problem{CodeRequired, "give at least one"}
	case n > max:
		return problemf(CodeTooMany, "give at most %d", max)
	}
	return none
}

func (f *Field) validate() faults {
	var found faults
	found.add("key", checkLine(f.Key, MaxID))
	found.add("label", checkLine(f.Label, MaxLabel))
	found.add("help", optional(f.Help, checkText, MaxText))
	if _, err := ParseKind(string(f.Kind)); err != nil {
		found.add("kind", problem{CodeUnknownKind, "use one of " + kindNames()})
		return found
	}
	f.validateLengths(&found)
	f.validateBounds(&found)
	f.validateOptions(&found)
	f.validateItems(&found)
	if f.Default != nil && len(found) == 0 {
		found.add("default", f.check(f.Default))
	}
	return found
}

// notApplicable tells that the kind lacks a setting.
func (f *Field) notApplicable() problem {
	return problemf(CodeNotApplicable, "leave it out: a field of kind %s does not have it", f.Kind)
}

// validateRange checks the own bounds of a count, where 0 is no bound.
func (f *Field) validateRange(found *faults, has bool, names [2]string, least, most, limit int) {
	for i, n := range [2]int{least, most} {
		switch {
		case n == 0:
		case !has:
			found.add(names[i], f.notApplicable())
		case n < 0 || n > limit:
			found.add(names[i], problemf(CodeOutOfRange, "choose it from 0 (no bound) to %d", limit))
		}
	}
	if has && most > 0 && least > most {
		found.add(names[0], problemf(CodeOutOfRange, "choose it no greater than %s", names[1]))
	}
}

func (f *Field) validateLengths(found *faults) {
	has := f.Kind.HasLength()
	f.validateRange(found, has, [2]string{"minLength", "maxLength"}, f.MinLength, f.MaxLength, MaxText)
	switch {
	case f.Pattern == "":
	case !has:
		found.add("pattern", f.notApplicable())
	default:
		_, p := compilePattern(f.Pattern)
		found.add("pattern", p)
	}
}

func (f *Field) validateItems(found *faults) {
	f.validateRange(found, f.Kind == Choices, [2]string{"minItems", "maxItems"}, f.MinItems, f.MaxItems, len(f.Options))
}

func (f *Field) validateBounds(found *faults) {
	unbounded := Field{Kind: f.Kind}
	sound := true
	for _, bound := range []struct{ name, value string }{{"min", f.Min}, {"max", f.Max}} {
		p := none
		switch {
		case bound.value == "":
		case !f.Kind.HasBounds():
			p = f.notApplicable()
		case f.Kind.isNumber():
			p = unbounded.checkNumber(bound.value)
		default:
			p = unbounded.checkDate(bound.value)
		}
		found.add(bound.name, p)
		sound = sound && p == none && bound.value != ""
	}
	if !sound {
		return
	}
	if f.Kind == Date && f.Min > f.Max || f.Kind != Date && compareNumbers(f.Min, f.Max) > 0 {
		found.add("min", problem{CodeOutOfRange, "choose it no greater than max"})
	}
}

func (f *Field) validateOptions(found *faults) {
	if !f.Kind.HasOptions() {
		if len(f.Options) > 0 {
			found.add("options", f.notApplicable())
		}
		return
	}
	found.add("options", count(len(f.Options), MaxOptions))
	values := make(map[string]bool, len(f.Options))
	for i, o := range f.Options {
		path := fmt.Sprintf("options[%d].", i)
		found.add(path+"value", checkLine(o.Value, MaxID))
		found.add(path+"label", optional(o.Label, checkLine, MaxLabel))
		if values[o.Value] {
			found.add(path+"value", problem{CodeDuplicate, "give each option a value of its own"})
		}
		values[o.Value] = true
	}
}
