package supervision

import (
	"cmp"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision/template"
)

// TemplateID names a version of a seller's template for a product (R04).
type TemplateID struct {
	Seller  string `json:"seller"`
	Product string `json:"product"`
	// Operation is what fills it in: [OpSubmitRequest] a request template,
	// [OpDeliver] a delivery template.
	Operation Operation `json:"operation"`
	// Version counts the versions from 1.
	Version int `json:"version"`
}

// String names the template in an error.
func (id TemplateID) String() string {
	return fmt.Sprintf("template of %q for %q, %s, version %d", id.Seller, id.Product, id.Operation, id.Version)
}

// Form names the template that an action of the operation fills in (R04); its
// Version is 0 where there is none.
func (o Order) Form(op Operation) TemplateID {
	id := TemplateID{Seller: cmp.Or(o.TemplateSeller, o.Seller), Product: o.Product, Operation: op}
	switch op {
	case OpSubmitRequest:
		id.Version = o.RequestTemplateVersion
	case OpDeliver:
		id.Version = o.DeliveryTemplateVersion
	}
	return id
}

// formOr checks what an action of the operation says: answers on the template
// that the order is pinned to, or a text where there is none (R03, R07). Never
// both: what a template asks stands in its fields, where a rule or a page finds
// it, and not beside them. Each faulty answer is named as "values.key" (R04).
func (f *faults) formOr(
	field string, c command, op Operation, raw template.Values, text string,
) (template.Values, string) {
	version := c.order.Form(op).Version
	text = f.text(field, text, version == 0)
	switch {
	case f.erase:
		f.had = f.had || len(raw) > 0
		return erasedValues(raw), text
	case version == 0:
		if len(raw) > 0 {
			f.Add("values", fault.NoTemplate, "the order has no template for this: write text")
		}
		return nil, text
	case text != "":
		f.Add(field, fault.UnknownField, "the order has a template for this: fill in its fields")
	}
	if c.form == nil {
		f.Add("values", fault.TemplateMissing, "pass the version of the template that the order is pinned to")
		return nil, ""
	}
	accepted, err := c.form.Accept(raw)
	f.Within("values", err)
	f.answers("values", accepted)
	return accepted, ""
}

// answers bounds what the answers of a form come to together, so that an order
// has a size to reckon with.
func (f *faults) answers(field string, values template.Values) {
	n := 0
	for _, value := range values {
		switch v := value.(type) {
		case string:
			n += characters(v)
		case []string:
			n += characters(v...)
		}
	}
	f.together(field, n, MaxAnswers)
}

func characters(texts ...string) (n int) {
	for _, text := range texts {
		n += utf8.RuneCountInString(text)
	}
	return n
}

func (f *faults) together(field string, n, most int) {
	if n > most {
		f.Put(field, Fault{Code: fault.TooLong, Max: strconv.Itoa(most),
			Message: "write at most " + strconv.Itoa(most) + " characters together"})
	}
}

// askFormOr asks for what formOr checks.
func askFormOr(field string, c command, op Operation) Input {
	if version := c.order.Form(op).Version; version != 0 {
		return Input{Key: "values", Kind: FieldForm, Required: true, Max: MaxAnswers, Template: version}
	}
	return askText(field, true)
}
