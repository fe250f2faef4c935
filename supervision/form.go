package supervision

import (
	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Form returns the version of the template that an action of the operation
// fills in (R04): the request template for [OpSubmitRequest], the delivery
// template for [OpDeliver]; 0 for none.
func (o Order) Form(op Operation) int {
	switch op {
	case OpSubmitRequest:
		return o.RequestTemplateVersion
	case OpDeliver:
		return o.DeliveryTemplateVersion
	}
	return 0
}

// formOr checks what an action of the operation says: answers on the template
// that the order is pinned to, or a text where there is none (R03, R07). Never
// both: what a template asks stands in its fields, where a rule or a page finds
// it, and not beside them. Each faulty answer is named as "values.key" (R04).
func (f *faults) formOr(
	field string, c command, op Operation, raw template.Values, text string,
) (template.Values, string) {
	version := c.order.Form(op)
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
		return nil, text
	}
	accepted, err := c.form.Accept(raw)
	f.Within("values", err)
	return accepted, text
}

// askFormOr asks for what formOr checks.
func askFormOr(field string, c command, op Operation) Input {
	if version := c.order.Form(op); version != 0 {
		return Input{Key: "values", Kind: FieldForm, Required: true, Template: version}
	}
	return askText(field, true)
}
