package words

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// Field labels a field of an operation: an input's key, a fact's, or the field
// of a fault. A part of a field without a text of its own is called what the
// field is; an answer to a template is the template's to label, and gets none.
func (l *Language) Field(op supervision.Operation, key string) string {
	for key != "" && !strings.HasPrefix(key, "values.") {
		for _, name := range [...]string{string(op) + "." + key, key} {
			if text, ok := l.Fields[name]; ok {
				return text
			}
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return ""
}

// Word says a word of an input of a kind: one of its choices.
func (l *Language) Word(kind supervision.FieldKind, word string) string {
	switch kind {
	case supervision.FieldGround:
		return l.Grounds[appeal.Ground(word)]
	case supervision.FieldOutcome:
		return l.Outcomes[appeal.Outcome(word)]
	case supervision.FieldStatus:
		return l.Statuses[supervision.Status(word)]
	}
	return word
}

// Value says the value of a fact: words by their texts, files by their names,
// what users wrote as it is. Only the seller's template says an answer that is
// one of its options.
func (l *Language) Value(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case appeal.Ground:
		return l.Grounds[v]
	case appeal.Outcome:
		return l.Outcomes[v]
	case supervision.Status:
		return l.Statuses[v]
	case bool:
		if v {
			return l.Yes
		}
		return l.No
	case int:
		return number(v)
	case json.Number:
		return v.String()
	case time.Time:
		return l.Instant(v)
	case supervision.Money:
		return money(v)
	case supervision.Policy:
		return v.Name
	case []string:
		return strings.Join(v, l.And)
	case []supervision.Quote:
		lines := make([]string, len(v))
		for i, q := range v {
			lines[i] = l.quote(q)
		}
		return strings.Join(lines, "\n")
	case []supervision.Attachment:
		names := make([]string, len(v))
		for i, a := range v {
			names[i] = a.Name
		}
		return strings.Join(names, l.And)
	}
	return ""
}

// quote says an entry of another system's records, on as many lines as its text
// has.
func (l *Language) quote(q supervision.Quote) string {
	parts := make([]string, 0, 4)
	if !q.At.IsZero() {
		parts = append(parts, l.Instant(q.At))
	}
	for _, part := range []string{q.Who, q.What, q.Text} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}

// money writes an amount with its currency: "CNY 499.50".
func money(m supervision.Money) string { return m.Currency + " " + m.Decimal() }
