package main

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

type templatesPage struct {
	layout
	Products []templateEntry
}

// templateEntry is one of the seller's products with its current request
// template; version 0 for none.
type templateEntry struct {
	product
	Current service.PublishedTemplate
}

func (v *visit) showTemplates() error {
	page := templatesPage{layout: v.layout("Request templates")}
	for _, p := range products {
		if p.Seller != v.who.ID {
			continue
		}
		current, err := v.currentTemplate(p)
		if err != nil {
			return err
		}
		page.Products = append(page.Products, templateEntry{p, current})
	}
	return v.render(http.StatusOK, "templates", page)
}

// currentTemplate returns the latest version; version 0 where there is none.
func (v *visit) currentTemplate(p product) (service.PublishedTemplate, error) {
	current, err := v.svc.Template(v.r.Context(), p.requestTemplate())
	if errors.Is(err, supervision.ErrNotFound) {
		return service.PublishedTemplate{TemplateID: p.requestTemplate()}, nil
	}
	return current, err
}

func (p product) requestTemplate() supervision.TemplateID {
	return supervision.TemplateID{Seller: p.Seller, Product: p.ID, Operation: supervision.OpSubmitRequest}
}

// editorPage is a template while its seller works on it. The work travels in
// the form: nothing is kept until it is published.
type editorPage struct {
	layout
	Product   product
	Version   int  // the current one
	Published bool // just now
	Overtaken bool // somebody published while this draft was written
	Head      []*input
	Fields    []editorField
	Preview   *form
	Other     []string // faults that belong to no input
	Hidden    []*input // the whole draft, for the page that asks before publishing
}

type editorField struct {
	Index       int
	Title       string
	First, More []*input
}

// Faulty tells whether a fault is among what is folded away.
func (f editorField) Faulty() bool {
	return slices.ContainsFunc(f.More, func(in *input) bool { return in.Fault != "" })
}

func (v *visit) editorPage(entry templateEntry, d draft) editorPage {
	page := editorPage{layout: v.layout("Request template"), Product: entry.product, Version: entry.Current.Version}
	page.Head = []*input{
		{Name: "title", Label: v.l.t("Title"), Control: "line", Type: "text", Values: []string{d.title}},
		{Name: "intro", Label: v.l.t("Introduction"), Control: "area", Values: []string{d.intro}},
	}
	for i, typed := range d.fields {
		field := editorField{Index: i, Title: v.l.t("Question %d", i+1)}
		for _, s := range settingsOf(template.Kind(typed["kind"])) {
			in := &input{Name: settingName(i, s.name), Label: v.l.t(s.label), Help: v.l.t(s.help), Control: s.control,
				Type:     "text",
				Required: s.foremost,
				Values:   []string{typed[s.name]}}
			if s.name == "kind" {
				in.Options = v.l.kindOptions()
			}
			if s.foremost {
				field.First = append(field.First, in)
			} else {
				field.More = append(field.More, in)
			}
		}
		page.Fields = append(page.Fields, field)
	}
	t, _ := d.template()
	page.Preview = v.l.preview(t)
	return page
}

// preview draws the form as a buyer will see it.
func (l *tongue) preview(t template.Template) *form {
	f := &form{Operation: supervision.OpSubmitRequest, Title: t.Title, template: t}
	for _, field := range t.Fields {
		f.Inputs = append(f.Inputs, l.field("preview.", field))
	}
	return f
}

// NextVersion is the one that publishing would make.
func (p editorPage) NextVersion() int { return p.Version + 1 }

// inputs lists every input of the page.
func (p editorPage) inputs() []*input {
	list := slices.Clone(p.Head)
	for _, f := range p.Fields {
		list = slices.Concat(list, f.First, f.More)
	}
	return list
}

// Faulty lists the inputs that have a fault.
func (p editorPage) Faulty() []*input { return faulty(p.inputs()) }

// ownProduct finds one of the seller's products.
func (v *visit) ownProduct() (templateEntry, error) {
	p, ok := findProduct(v.r.PathValue("product"))
	if !ok || p.Seller != v.who.ID {
		return templateEntry{}, v.notFound()
	}
	current, err := v.currentTemplate(p)
	return templateEntry{p, current}, err
}

func (v *visit) showEditor() error {
	entry, err := v.ownProduct()
	if err != nil {
		return err
	}
	d := draftOf(entry.Current.Template)
	kept, _, err := v.db.unsent(v.r.Context(), v.who.ID, templateAddress(entry.ID))
	if err != nil {
		return err
	}
	if kept != nil {
		d = readDraft(kept)
	}
	if len(d.fields) == 0 {
		d.change("add", 0)
	}
	page := v.editorPage(entry, d)
	page.Published = v.said(templateAddress(entry.ID)) != ""
	return v.render(http.StatusOK, "editor", page)
}

// edit changes the draft, or publishes it after asking.
func (v *visit) edit() error {
	entry, err := v.ownProduct()
	if err != nil {
		return err
	}
	if err := v.readForm(textForm); err != nil {
		return err
	}
	d := readDraft(v.r.PostForm)
	began, _ := strconv.Atoi(v.r.PostFormValue("version"))
	do, at, _ := strings.Cut(v.r.PostFormValue("do"), ":")
	if do != "publish" && do != "confirm" {
		i, _ := strconv.Atoi(at)
		d.change(do, i)
		if do == "keep" {
			if err := v.db.keepUnsent(v.r.Context(), v.who.ID, templateAddress(entry.ID), v.r.PostForm); err != nil {
				return err
			}
		}
		page := v.editorPage(entry, d)
		page.Version = began
		return v.render(http.StatusOK, "editor", page)
	}
	t, faults := d.template()
	var invalid *template.InvalidError
	if errors.As(t.Validate(), &invalid) {
		faults = append(faults, invalid.Faults...)
	}
	page := v.editorPage(entry, d)
	switch {
	case began != entry.Current.Version:
		page.Overtaken = true
		return v.render(http.StatusConflict, "editor", page)
	case len(faults) > 0:
		page.Other = v.l.blame(page.inputs(), faults)
		return v.render(http.StatusUnprocessableEntity, "editor", page)
	case do == "publish":
		page.Hidden = page.inputs()
		return v.render(http.StatusOK, "publish", page)
	}
	if _, err := v.svc.PublishTemplate(v.r.Context(), v.actor(), entry.Current.TemplateID, t); err != nil {
		return err
	}
	if err := v.db.forgetUnsent(v.r.Context(), v.who.ID, templateAddress(entry.ID)); err != nil {
		return err
	}
	v.say(templateAddress(entry.ID), "published")
	http.Redirect(v.w, v.r, templateAddress(entry.ID), http.StatusSeeOther)
	return nil
}

func templateAddress(product string) string { return "/templates/" + url.PathEscape(product) }
