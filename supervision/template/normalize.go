package template

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Normalize brings raw into the one form that [Form.Check] accepts, as far as
// it can tell what is meant: it trims, spells numbers and dates canonically,
// reads numbers and yes or no from strings, drops answers with nothing to see,
// and fills in the defaults. What it does not understand, unknown fields
// included, stays as it is for Check to refuse. It never modifies raw and
// shares nothing with it; normalising twice changes nothing more.
func (t Template) Normalize(raw Values) Values {
	values := make(Values, len(raw))
	known := 0
	for i := range t.Fields {
		f := &t.Fields[i]
		value, given := raw[f.Key]
		if given {
			known++
		}
		if value = f.normalize(value); value == nil {
			value = cloneValue(f.Default)
		}
		if value != nil {
			values[f.Key] = value
		}
	}
	if known < len(raw) {
		for key, value := range raw {
			if !t.hasField(key) {
				values[key] = cloneValue(value)
			}
		}
	}
	return values
}

// normalize returns nil for no answer.
func (f *Field) normalize(value any) any {
	switch v := value.(type) {
	case nil, bool:
		return value
	case string:
		return f.normalizeString(v)
	case []string:
		if f.Kind == Choices {
			return normalizeItems(v)
		}
	case []any:
		if items, ok := stringList(v); ok && f.Kind == Choices {
			return normalizeItems(items)
		}
	default:
		if f.Kind == Number || f.Kind == Integer {
			return normalizeNumber(value)
		}
	}
	return cloneValue(value)
}

func (f *Field) normalizeString(raw string) any {
	if !fault.Visible(raw) {
		return nil
	}
	s := strings.TrimSpace(raw)
	switch f.Kind {
	case Text:
		return fault.LineEnds(s)
	case Number, Integer:
		return normalizeNumber(s)
	case YesNo:
		return normalizeYesNo(s)
	case Date:
		return normalizeDate(s)
	case Choices:
		return []string{s}
	case Phone:
		return normalizePhone(s)
	}
	return s
}

// normalizeNumber leaves what is no decimal as it is.
func normalizeNumber(value any) any {
	var literal string
	switch v := value.(type) {
	case string:
		literal = v
	case json.Number:
		literal = string(v)
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		literal = fmt.Sprint(v)
	case float32:
		literal = strconv.FormatFloat(float64(v), 'g', -1, 32)
	case float64:
		literal = strconv.FormatFloat(v, 'g', -1, 64)
	}
	if n, ok := canonicalNumber(literal); ok {
		return json.Number(n)
	}
	return value
}

func normalizeYesNo(s string) any {
	switch strings.ToLower(s) {
	case "yes", "true", "on", "y", "1":
		return true
	case "no", "false", "off", "n", "0":
		return false
	}
	return s
}

// normalizeItems trims the items and drops repeated ones and those with nothing
// to see. A list longer than any field's options is left alone: no answer is
// that long.
func normalizeItems(items []string) any {
	if len(items) > MaxOptions {
		return slices.Clone(items)
	}
	kept := make([]string, 0, len(items))
	for _, item := range items {
		visible := fault.Visible(item)
		if item = strings.TrimSpace(item); visible && !slices.Contains(kept, item) {
			kept = append(kept, item)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}
