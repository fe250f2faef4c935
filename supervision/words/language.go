package words

import (
	"regexp"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Language is the texts of one language: one for each code, by the code. What
// a page puts on a button or a badge is a phrase; reasons, deadlines and faults
// are sentences.
type Language struct {
	// Tag is the language's BCP 47 tag.
	Tag string
	// Location is the zone in which instants are shown; UTC where it is nil.
	Location *time.Location
	// Layout is how package time writes an instant in this language.
	Layout string
	// Plural returns which of a text's forms a number takes, from 0; the last
	// one where there are fewer.
	Plural func(n int) int

	// Statuses, Steps and OrderStatuses name where an order stands, the steps
	// of its flow and what the order list shows; StepStates how far a step is,
	// AppealStates how a case stands, Sorts what a list begins with.
	Statuses      map[supervision.Status]string
	Steps         map[supervision.Status]string
	OrderStatuses map[supervision.OrderStatus]string
	StepStates    map[supervision.StepState]string
	AppealStates  map[supervision.AppealState]string
	Sorts         map[supervision.Sort]string
	// Operations name what can be done, Records what was done.
	Operations map[supervision.Operation]string
	Records    map[supervision.Operation]string
	// Roles, Grounds, Outcomes and Kinds name what they are.
	Roles    map[supervision.Role]string
	Grounds  map[appeal.Ground]string
	Outcomes map[appeal.Outcome]string
	Kinds    map[template.Kind]string
	// EndActions say what the scheduled end does, CountedFrom from when the time
	// of an automatic acceptance counts.
	EndActions  map[supervision.EndAction]string
	CountedFrom map[supervision.CountedFrom]string

	// Reasons say why an operation is not allowed: {roles} may do it, {have} of
	// {need}, {since} an instant, {length} of a duration, {proposed} an amount.
	// Possible says {from} when it is.
	Reasons  map[supervision.Reason]string
	Possible string
	// Deadlines say what time brings {in} so long, unless somebody acts before.
	// Openings are those of appeals, by their ground: {party} can appeal.
	// Overdue is that of a ruling which is late.
	Deadlines map[supervision.DeadlineKind]string
	Openings  map[appeal.Ground]string
	Overdue   string
	// Faults say what to do about an input: {min}, {max}, {kind}.
	Faults map[supervision.FaultCode]string
	// Findings say what is wrong with the record {seq}: which {fields} differ,
	// {why} it is refused, what to do about its {faults}, which {operation} was
	// due {at} an instant. OrderAltered says in which {fields} an order is not
	// what its records make.
	Findings     map[audit.Kind]string
	OrderAltered string

	// Fields label what operations ask for and tell, by the field's key, or by
	// operation and key where the operation calls it something else:
	// "remind.text". They label the members of orders and records as well.
	Fields map[string]string

	// Days, Hours, Minutes and Seconds write {n} of them, Moment less than a
	// minute; In and Now say when something comes.
	Days, Hours, Minutes, Seconds, Moment string
	In, Now                               string
	// Space stands between the two parts of a duration and between sentences,
	// Or between alternatives, And between the items of a list.
	Space, Or, And string
	// Yes and No are answers.
	Yes, No string
}

// Status names a flow status.
func (l *Language) Status(s supervision.Status) string { return l.Statuses[s] }

// Step names a step of the flow.
func (l *Language) Step(s supervision.Status) string { return l.Steps[s] }

// StepState says how far a step is.
func (l *Language) StepState(s supervision.StepState) string { return l.StepStates[s] }

// OrderStatus names what the order list shows.
func (l *Language) OrderStatus(s supervision.OrderStatus) string { return l.OrderStatuses[s] }

// Operation names what can be done, such as "Submit request".
func (l *Language) Operation(op supervision.Operation) string { return l.Operations[op] }

// Record says what was done, such as "Request submitted".
func (l *Language) Record(op supervision.Operation) string { return l.Records[op] }

// Role names a role.
func (l *Language) Role(r supervision.Role) string { return l.Roles[r] }

// Ground says what an appeal rests on.
func (l *Language) Ground(g appeal.Ground) string { return l.Grounds[g] }

// Outcome says what a ruling does.
func (l *Language) Outcome(o appeal.Outcome) string { return l.Outcomes[o] }

// Kind names a kind of form field.
func (l *Language) Kind(k template.Kind) string { return l.Kinds[k] }

// Why says why an operation is not allowed and, where time alone will change
// that, from when it is; nothing where it is allowed.
func (l *Language) Why(d supervision.Decision) string {
	return l.why(l.Reasons[d.Reason], d)
}

// Verdict says why a ground does not hold and, where time alone will change
// that, from when it does; nothing where it holds.
func (l *Language) Verdict(v appeal.Verdict) string {
	return l.why(l.Reasons[v.Reason], supervision.Decision{
		Operation: supervision.OpRaiseAppeal, From: v.From, Measure: v.Measure,
	})
}

func (l *Language) why(text string, d supervision.Decision) string {
	if text == "" {
		return ""
	}
	var roles []string
	for _, r := range d.Operation.By() {
		roles = append(roles, l.Roles[r])
	}
	m := d.Measure
	p := params{"have": number(m.Have), "need": number(m.Need), "roles": strings.Join(roles, l.Or)}
	if !m.Since.IsZero() {
		p["since"] = l.Instant(m.Since)
	}
	if m.Length > 0 {
		p["length"] = l.Span(m.Length)
	}
	if d.Proposed != (supervision.Money{}) {
		p["proposed"] = money(d.Proposed)
	}
	text = l.fill(text, p)
	if !d.From.IsZero() {
		text += l.Space + l.fill(l.Possible, params{"from": l.Instant(d.From)})
	}
	return text
}

// Deadline says what time will bring and in how long: at an instant, or with
// the text that a page shows for it, such as a countdown. What [Language.Until]
// says of an instant that has come is that it is now.
func (l *Language) Deadline(d supervision.Deadline, in string) string {
	text, known := l.Openings[d.Ground]
	if !known {
		text = l.Deadlines[d.Kind]
	}
	if d.Kind == supervision.DeadlineRulingOverdue && in == l.Now {
		text = l.Overdue // a ruling is late from then on (R19)
	}
	return l.fill(text, params{"in": in, "party": l.Roles[supervision.Role(d.Party)]})
}

// Fault says what to do about a fault.
func (l *Language) Fault(f supervision.Fault) string {
	return l.fill(l.Faults[f.Code], params{
		"min": l.bound(f.Min), "max": l.bound(f.Max), "kind": l.Kinds[template.Kind(f.Kind)],
	})
}

var durations = regexp.MustCompile(`^[0-9].*s$`)

// bound shows the bound of a fault: a duration or an instant as one, all else
// as it is.
func (l *Language) bound(text string) string {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return l.Instant(at)
	}
	if d, err := time.ParseDuration(text); err == nil && durations.MatchString(text) {
		return l.Span(d)
	}
	return text
}

// Instant writes an instant.
func (l *Language) Instant(t time.Time) string {
	if l.Location == nil {
		return t.UTC().Format(l.Layout)
	}
	return t.In(l.Location).Format(l.Layout)
}
