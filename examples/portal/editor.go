package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

// settingsOf are the settings that a kind has, in the reader's words.
func (l *tongue) settingsOf(k template.Kind) (t template.Template) {
	for _, s := range forms.Settings.Fields {
		if of := forms.Of[s.Key]; of != nil && !slices.Contains(of, k) {
			continue
		}
		if s.Label, s.Help = l.t(s.Label), l.t(s.Help); s.Key == "kind" {
			for _, k := range template.Kinds() {
				s.Options = append(s.Options, template.Option{Value: string(k), Label: capital(l.Kind(k))})
			}
		}
		t.Fields = append(t.Fields, s)
	}
	return t
}

// draft is a template as its seller types it.
type draft struct {
	title, intro string
	fields       []url.Values // by setting
}

func settingsPrefix(field int) string { return fmt.Sprintf("fields[%d].", field) }

// readDraft reads a posted draft: as many fields as have a kind.
func readDraft(form url.Values) draft {
	d := draft{title: form.Get("title"), intro: form.Get("intro")}
	for i := 0; i <= template.MaxFields && form.Has(settingsPrefix(i)+"kind"); i++ {
		typed := url.Values{}
		for _, s := range forms.Settings.Fields {
			typed[s.Key] = form[settingsPrefix(i)+s.Key]
		}
		d.fields = append(d.fields, typed)
	}
	return d
}

// draftOf is the draft from which a published template goes on.
func draftOf(t template.Template) draft {
	var document struct{ Fields []template.Values }
	data, _ := json.Marshal(t) // it has been published, or is empty
	_ = json.Unmarshal(data, &document)
	d := draft{title: t.Title, intro: t.Intro}
	for i, f := range document.Fields {
		typed := url.Values{}
		for name, value := range f {
			typed[name] = written(value)
		}
		var options []string
		for _, o := range t.Fields[i].Options {
			options = append(options, strings.TrimSuffix(o.Value+" | "+o.Label, " | "))
		}
		typed.Set("options", strings.Join(options, "\n"))
		typed.Set("default", strings.Join(written(t.Fields[i].Default), ", "))
		d.fields = append(d.fields, typed)
	}
	return d
}

func (d *draft) change(do string, i int) {
	last := len(d.fields) - 1
	switch {
	case do == "add" && last < template.MaxFields:
		d.fields = append(d.fields, url.Values{"kind": {string(template.Line)}})
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
func (d *draft) template(l *tongue) (t template.Template, faults []supervision.Fault) {
	list := make([]template.Values, len(d.fields))
	for i, typed := range d.fields {
		asked := l.settingsOf(template.Kind(typed.Get("kind")))
		values := asked.Normalize(asked.FromForm(typed))
		form, _ := template.Compile(asked) // the portal wrote it
		for _, f := range form.Check(values) {
			delete(values, f.Field)
			f.Field = settingsPrefix(i) + f.Field
			faults = append(faults, f)
		}
		if text, ok := values["options"].(string); ok {
			values["options"] = readOptions(text)
		}
		if values["key"] == nil {
			values["key"] = keyOf(typed.Get("label"), i)
		}
		list[i] = values
	}
	data, err := json.Marshal(map[string]any{"format": template.Format, "title": strings.TrimSpace(d.title),
		"intro": strings.TrimSpace(d.intro), "fields": list})
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil && faults == nil {
		faults = append(faults, supervision.Fault{Code: supervision.FaultMalformed})
	}
	for i, f := range t.Fields { // a default is understood as a buyer's answer would be
		answer := template.Values{f.Key: f.Default}
		if text, ok := f.Default.(string); ok && f.Kind == template.Choices {
			answer[f.Key] = strings.Split(text, ",")
		}
		t.Fields[i].Default = template.Template{Fields: []template.Field{f}}.Normalize(answer)[f.Key]
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

// templateEntry is a template of one of the seller's products, for requests or
// for deliveries, as it is now; version 0 for none.
type templateEntry struct {
	product
	service.PublishedTemplate
}

// Path is where the template is edited, and the subject of its draft.
func (e templateEntry) Path() string {
	return "/templates/" + url.PathEscape(e.ID) + "/" + string(e.Operation)
}

// template names the product's template that an operation fills in.
func (p product) template(op supervision.Operation) supervision.TemplateID {
	return supervision.TemplateID{Seller: p.Seller, Product: p.ID, Operation: op}
}

var templated = []supervision.Operation{supervision.OpSubmitRequest, supervision.OpDeliver}

func (v *visit) showTemplates() error { return v.render(http.StatusOK, "templates.html", v) }

// Templates are those of the visitor's products.
func (v *visit) Templates() (list []templateEntry) {
	for _, p := range market.Products {
		for _, op := range templated {
			if p.Seller == v.Who.ID {
				list = append(list, templateEntry{p, v.published(p.template(op))})
			}
		}
	}
	return list
}

// published returns a version, or for 0 the latest; version 0 where there is
// none.
func (v *visit) published(id supervision.TemplateID) service.PublishedTemplate {
	current, err := v.svc.Template(v.ctx(), id)
	if errors.Is(err, supervision.ErrNotFound) {
		return service.PublishedTemplate{TemplateID: id}
	}
	v.err = cmp.Or(v.err, err)
	return current
}

// editorPage is a template while its seller works on it.
type editorPage struct {
	*visit
	Template  templateEntry
	Version   int    // the one that was current when the work began
	Said      string // what has just been done: published or withdrawn
	Withdraws bool   // instead of publishing
	Overtaken bool   // somebody published while this draft was written
	Head      inputs
	Fields    []editorField
	Preview   *form
	Other     []string // faults that belong to no input
}

type editorField struct{ First, More inputs }

func (p editorPage) Inputs() inputs {
	list := slices.Clone(p.Head)
	for _, f := range p.Fields {
		list = slices.Concat(list, f.First, f.More)
	}
	return list
}

func (v *visit) editorPage(entry templateEntry, d draft) editorPage {
	page := editorPage{visit: v, Template: entry, Version: entry.Version}
	page.Head = v.L.draw("", forms.Head, url.Values{"title": {d.title}, "intro": {d.intro}})
	for _, in := range page.Head {
		in.Label = v.L.t(in.Label)
	}
	for i, typed := range d.fields {
		asked := v.L.settingsOf(template.Kind(typed.Get("kind")))
		list := v.L.draw(settingsPrefix(i), asked, typed)
		more := slices.IndexFunc(asked.Fields, func(s template.Field) bool {
			return !slices.Contains(forms.Foremost, s.Key)
		})
		page.Fields = append(page.Fields, editorField{list[:more], list[more:]})
	}
	t, _ := d.template(v.L)
	page.Preview = &form{Operation: entry.Operation, Title: t.Title, Template: t, Inputs: v.L.draw("preview.", t, nil)}
	return page
}

func (v *visit) ownTemplate() (templateEntry, error) {
	p, ok := products[v.r.PathValue("product")]
	op := supervision.Operation(v.r.PathValue("operation"))
	if !ok || p.Seller != v.Who.ID || !slices.Contains(templated, op) {
		return templateEntry{}, v.notFound()
	}
	return templateEntry{p, v.published(p.template(op))}, v.err
}

// showEditor goes on from the draft that was kept, from the current version, or
// from the one that is asked for.
func (v *visit) showEditor() error {
	entry, err := v.ownTemplate()
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.r.FormValue("version")) // 0 for the current one
	id := entry.TemplateID
	id.Version = cmp.Or(version, id.Version)
	d := draftOf(v.published(id).Template)
	if kept, _ := v.kept(entry.Path()); kept != "" && id == entry.TemplateID {
		typed, _ := url.ParseQuery(kept) // what the portal wrote
		d = readDraft(typed)
	}
	if len(d.fields) == 0 {
		d.change("add", 0)
	}
	page := v.editorPage(entry, d)
	page.Said = v.said(entry.Path())
	return v.render(http.StatusOK, "editor.html", page)
}

// edit changes the draft, or publishes or withdraws the template after asking.
func (v *visit) edit() error {
	entry, err := v.ownTemplate()
	if err != nil {
		return err
	}
	d := readDraft(v.r.PostForm)
	do, at, _ := strings.Cut(v.r.PostFormValue("do"), ":")
	i, _ := strconv.Atoi(at)
	d.change(do, i)
	t, faults := d.template(v.L)
	faults = append(faults, v.L.Explain(t.Validate()).Faults...)
	page := v.editorPage(entry, d)
	page.Version, _ = strconv.Atoi(v.r.PostFormValue("version"))
	publishes := do == "publish" || do == "confirm"
	page.Withdraws = do == "withdraw" || do == "withdrawn"
	switch {
	case do == "keep":
		v.keep(entry.Path(), v.r.PostForm.Encode())
		fallthrough
	case !publishes && !page.Withdraws:
		return v.render(http.StatusOK, "editor.html", page)
	case page.Version != entry.Version:
		page.Version, page.Overtaken = entry.Version, true
		return v.render(http.StatusConflict, "editor.html", page)
	case publishes && len(faults) > 0:
		page.Other = v.L.blame(page.Inputs(), faults)
		return v.render(http.StatusUnprocessableEntity, "editor.html", page)
	case do == "publish", do == "withdraw":
		return v.render(http.StatusOK, "publish.html", page)
	case page.Withdraws:
		_, v.err = v.svc.WithdrawTemplate(v.ctx(), v.actor(), entry.TemplateID)
		return v.say(entry.Path(), "withdrawn")
	}
	_, v.err = v.svc.PublishTemplate(v.ctx(), v.actor(), entry.TemplateID, t)
	v.keep(entry.Path(), "")
	return v.say(entry.Path(), "published")
}
