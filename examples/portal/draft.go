package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// draft is a template as its seller types it: every setting a text, by the name
// that the library's faults give it.
type draft struct {
	title, intro string
	fields       []map[string]string
}

// setting is one thing to type about a field.
type setting struct {
	name, label, help, control string
	foremost                   bool // shown at once; the others are folded away
}

// settingsOf lists what a field of a kind can be told.
func settingsOf(k template.Kind) []setting {
	list := []setting{
		{"label", "Question", "", "line", true},
		{"kind", "Kind of answer", "", "select", true},
		{"required", "Must be answered", "", "check", true},
	}
	if k.HasOptions() {
		list = append(list,
			setting{"options", "Options", "One a line: a value, or a value | and what buyers read.", "area", true})
	}
	list = append(list, setting{"key", "Key",
		"Names the answer; buyers do not see it. Without one, it follows from the question.", "line", false},
		setting{"help", "Help", "", "line", false})
	if k.HasLength() {
		list = append(list, setting{"minLength", "Fewest characters", "", "line", false},
			setting{"maxLength", "Most characters", "", "line", false},
			setting{"pattern", "Pattern", "A regular expression that the whole answer has to match.", "line", false})
	}
	if k.HasBounds() {
		list = append(list, setting{"min", "Smallest", "", "line", false}, setting{"max", "Largest", "", "line", false})
	}
	if k == template.Choices {
		list = append(list, setting{"minItems", "Fewest options", "", "line", false},
			setting{"maxItems", "Most options", "", "line", false})
	}
	if k != template.File {
		list = append(list, setting{"default", "Answer where none is given", "", "line", false})
	}
	return list
}

func settingName(field int, name string) string { return fmt.Sprintf("fields[%d].%s", field, name) }

// readDraft reads a posted draft: as many fields as have a kind, and of each
// what a field of any kind can be told.
func readDraft(form url.Values) draft {
	d := draft{title: form.Get("title"), intro: form.Get("intro")}
	for i := 0; i <= template.MaxFields && form.Has(settingName(i, "kind")); i++ {
		f := make(map[string]string)
		for _, name := range []string{"label", "key", "kind", "help", "required", "minLength", "maxLength", "pattern",
			"min", "max",
			"options", "minItems", "maxItems", "default"} {
			f[name] = form.Get(settingName(i, name))
		}
		d.fields = append(d.fields, f)
	}
	return d
}

// draftOf is the draft from which a published template goes on.
func draftOf(t template.Template) draft {
	d := draft{title: t.Title, intro: t.Intro}
	for _, f := range t.Fields {
		var options []string
		for _, o := range f.Options {
			options = append(options, strings.TrimSuffix(o.Value+" | "+o.Label, " | "))
		}
		d.fields = append(d.fields, map[string]string{
			"label": f.Label, "key": f.Key, "kind": string(f.Kind), "help": f.Help, "required": mark(f.Required),
			"minLength": number(f.MinLength), "maxLength": number(f.MaxLength), "pattern": f.Pattern, "min": f.Min,
			"max":     f.Max,
			"options": strings.Join(options, "\n"), "minItems": number(f.MinItems), "maxItems": number(f.MaxItems),
			"default": strings.Join(written(f.Default), ", "),
		})
	}
	return d
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}

// number leaves a bound that is not set empty.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// change adds, removes or moves a field.
func (d *draft) change(do string, i int) {
	last := len(d.fields) - 1
	switch {
	case do == "add" && last < template.MaxFields:
		d.fields = append(d.fields, map[string]string{"kind": string(template.Line)})
	case i < 0 || i > last:
	case do == "remove":
		d.fields = slices.Delete(d.fields, i, i+1)
	case do == "up" && i > 0:
		d.fields[i-1], d.fields[i] = d.fields[i], d.fields[i-1]
	case do == "down" && i < last:
		d.fields[i+1], d.fields[i] = d.fields[i], d.fields[i+1]
	}
}

// template is what the draft says, and the faults of what cannot be said in a
// template. Settings that the kind does not have are left out.
func (d *draft) template() (template.Template, []supervision.Fault) {
	t := template.Template{Title: strings.TrimSpace(d.title), Intro: strings.TrimSpace(d.intro)}
	var faults []supervision.Fault
	for i, typed := range d.fields {
		kind := template.Kind(typed["kind"])
		text := func(name string) string {
			if !slices.ContainsFunc(settingsOf(kind), func(s setting) bool { return s.name == name }) {
				return ""
			}
			return strings.TrimSpace(strings.ReplaceAll(typed[name], "\r\n", "\n"))
		}
		whole := func(name string) int {
			n, err := strconv.Atoi(text(name))
			if err != nil && text(name) != "" {
				faults = append(faults,
					supervision.Fault{Field: settingName(i, name), Code: "malformed", Message: "Give a whole number."})
			}
			return n
		}
		f := template.Field{
			Key: text("key"), Label: text("label"), Help: text("help"), Kind: kind, Required: text("required") != "",
			MinLength: whole("minLength"), MaxLength: whole("maxLength"), Pattern: text("pattern"), Min: text("min"),
			Max:     text("max"),
			Options: readOptions(text("options")), MinItems: whole("minItems"), MaxItems: whole("maxItems"),
		}
		if f.Key == "" {
			f.Key = keyOf(f.Label, i)
		}
		f.Default = readDefault(f, text("default"))
		t.Fields = append(t.Fields, f)
	}
	return t, faults
}

// keyOf derives the key of a field from its question, where that has letters
// that a key can have, and from its place otherwise.
func keyOf(label string, i int) string {
	words := strings.FieldsFunc(strings.ToLower(label),
		func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if key := strings.Join(words, "_"); key != "" && len(key) <= 40 {
		return key
	}
	return "question_" + strconv.Itoa(i+1)
}

func readOptions(text string) (list []template.Option) {
	for line := range strings.Lines(text) {
		value, label, _ := strings.Cut(line, "|")
		if strings.TrimSpace(line) != "" {
			list = append(list, template.Option{Value: strings.TrimSpace(value), Label: strings.TrimSpace(label)})
		}
	}
	return list
}

// readDefault understands a default as it would a buyer's answer.
func readDefault(f template.Field, text string) any {
	if text == "" {
		return nil
	}
	var answer any = text
	if f.Kind == template.Choices {
		answer = strings.Split(text, ",")
	}
	return template.Template{Fields: []template.Field{f}}.Normalize(template.Values{f.Key: answer})[f.Key]
}

func (l *tongue) kindOptions() (list []option) {
	for _, k := range template.Kinds() {
		list = append(list, option{Value: string(k), Label: capital(l.Kind(k))})
	}
	return list
}
