package template

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Values is a filled-in form: a value for each answered field, by key. After
// Normalize a value is a string, a json.Number, a bool or a []string; before,
// it may be anything. A nil Values is an empty form.
type Values map[string]any

// UnmarshalJSON reads an object. Numbers become json.Number in canonical form,
// because 7.50 and 7.5 are the same JSON number, or stay as written where they
// exceed MaxIntegerDigits or MaxFractionDigits; arrays of strings become
// []string. An error matches [ErrMalformed].
func (v *Values) UnmarshalJSON(data []byte) error {
	var object map[string]any
	if fault.Decode("template: values", data, &object) != nil {
		return fmt.Errorf("template: values: %w: give an object with a member for each answered field", ErrMalformed)
	}
	for key, value := range object {
		object[key] = fromJSON(value)
	}
	*v = object
	return nil
}

// Clone returns a copy that shares nothing with v; nil for nil.
func (v Values) Clone() Values {
	if v == nil {
		return nil
	}
	clone := make(Values, len(v))
	for key, value := range v {
		clone[key] = cloneValue(value)
	}
	return clone
}

// cloneValue copies what JSON can hold; anything else is taken for immutable.
func cloneValue(value any) any {
	switch v := value.(type) {
	case []string:
		return slices.Clone(v)
	case []any:
		clone := make([]any, len(v))
		for i, item := range v {
			clone[i] = cloneValue(item)
		}
		return clone
	case map[string]any:
		return map[string]any(Values(v).Clone())
	}
	return value
}

// fromJSON turns what encoding/json decodes into the types of Values.
func fromJSON(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, ok := canonicalNumber(string(v)); ok {
			return json.Number(n)
		}
	case []any:
		if list, ok := stringList(v); ok {
			return list
		}
	}
	return value
}

func stringList(items []any) ([]string, bool) {
	list := make([]string, len(items))
	for i, item := range items {
		s, ok := item.(string)
		if !ok {
			return nil, false
		}
		list[i] = s
	}
	return list, true
}
