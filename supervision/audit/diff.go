package audit

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Difference is one number or choice in which two policies differ.
type Difference struct {
	// Field is its JSON name, such as "appeal.silence", Rule the rule it
	// belongs to, and Words what that rule calls it.
	Field string           `json:"field"`
	Rule  supervision.Rule `json:"rule"`
	Words string           `json:"words"`
	// From and To are the values of the one policy and of the other.
	From string `json:"from"`
	To   string `json:"to"`
}

// String says the difference in one line.
func (d Difference) String() string {
	return string(d.Rule) + " " + d.Words + ": " + d.From + " → " + d.To
}

// words has for each number and choice of a policy its rule and what that calls
// it.
var words = map[string]struct {
	rule supervision.Rule
	text string
}{
	"name":               {supervision.R25, "the policy's name"},
	"start":              {supervision.R26, "the flow starts at"},
	"completion_delay":   {supervision.R02, "Completed after acceptance"},
	"supervision_period": {supervision.R14, "scheduled completion after opening"},
	"reminder_interval":  {supervision.R20, "between two reminders at least"},
	"at_scheduled_end":   {supervision.R14, "at the scheduled completion an open order will"},
	"negotiated_refund":  {supervision.R32, "the parties may agree on a refund"},
	"auto_accept_from":   {supervision.R27, "counted from the"},
	"appeal.proof":       {supervision.R18, "every appeal attaches proof"},
	"auto_accept":        {supervision.R27, "an untouched delivery is accepted after"},
	"appeal.silence":     {supervision.R09, "silence that opens an appeal, more than"},
	"appeal.rejections":  {supervision.R10, "rejections that open an appeal"},
	"appeal.blackout":    {supervision.R14, "no appeal before the scheduled completion for"},
	"appeal.handling":    {supervision.R19, "a ruling should come within"},
	"appeal.buyer":       {supervision.R11, "the buyer's grounds"},
	"appeal.seller":      {supervision.R11, "the seller's grounds"},

	"notices.appeal_opens":    {supervision.R33, "told before a silence opens an appeal"},
	"notices.completion":      {supervision.R33, "told before an order is Completed"},
	"notices.auto_accept":     {supervision.R33, "told before an untouched delivery is accepted"},
	"notices.scheduled_end":   {supervision.R33, "told before the scheduled completion"},
	"notices.blackout_begins": {supervision.R33, "told before the blackout begins"},
	"notices.blackout_ends":   {supervision.R33, "told before the blackout ends"},
	"notices.reminder":        {supervision.R33, "told before the buyer may remind again"},
	"notices.ruling_overdue":  {supervision.R33, "told before a ruling is late"},
	"notices.open_for":        {supervision.R33, "told of an order that has been open for"},
}

// Diff lists what two policies differ in, by JSON names.
func Diff(a, b supervision.Policy) (list []Difference) {
	compare("", document(a), document(b), func(field string, from, to json.RawMessage) {
		of := words[field]
		list = append(list, Difference{field, of.rule, of.text, say(from), say(to)})
	})
	return list
}

// document writes a policy, which has a JSON form even where it is not valid.
func document(p supervision.Policy) json.RawMessage {
	data, _ := json.Marshal(p)
	return data
}

// say writes a JSON value for people: a duration in days where it is whole
// days, a list with commas, nothing as "none".
func say(data json.RawMessage) string {
	var text string
	var list []string
	switch {
	case json.Unmarshal(data, &list) == nil:
		text = strings.Join(list, ", ")
	case json.Unmarshal(data, &text) != nil:
		text = string(data)
	}
	if d, err := time.ParseDuration(text); err == nil {
		text = sayDuration(d)
	}
	if text == "" {
		return "none"
	}
	return text
}

func sayDuration(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%supervision.Day == 0:
		return strings.TrimSuffix((d/24).String(), "h0m0s") + " d"
	}
	text, whole := strings.CutSuffix(d.String(), "m0s")
	if !whole {
		return text
	}
	if hours, ok := strings.CutSuffix(text, "h0"); ok {
		return hours + "h"
	}
	return text + "m"
}
