package template

import (
	"net/url"
	"slices"
)

// FromForm takes from a posted HTML form what belongs to the template, for Accept: all values of a Choices field, and
// the last value of any other, so that a hidden input with "no" before a checkbox with "yes" answers a YesNo field in
// both cases. Other inputs, such as a host's token against forgery, are left out.
func (t Template) FromForm(form url.Values) Values {
	values := make(Values, len(t.Fields))
	for _, f := range t.Fields {
		posted := form[f.Key]
		switch {
		case len(posted) == 0:
		case f.Kind == Choices:
			values[f.Key] = slices.Clone(posted)
		default:
			values[f.Key] = posted[len(posted)-1]
		}
	}
	return values
}
