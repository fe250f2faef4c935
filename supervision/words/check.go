package words

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Check names every code without a text, and every text with a parameter that
// its code does not have: what a test of another language asks. It returns nil
// where nothing is missing.
func (l *Language) Check() error {
	var c checker
	reasons := []string{"roles", "have", "need", "since", "length", "proposed"}
	every(&c, "Statuses", l.Statuses, supervision.Statuses())
	every(&c, "Steps", l.Steps, supervision.StepStatuses())
	every(&c, "OrderStatuses", l.OrderStatuses, supervision.OrderStatuses())
	every(&c, "StepStates", l.StepStates, supervision.StepStates())
	every(&c, "AppealStates", l.AppealStates, supervision.AppealStates())
	every(&c, "Sorts", l.Sorts, supervision.Sorts())
	every(&c, "Operations", l.Operations, supervision.Operations())
	every(&c, "Records", l.Records, supervision.Operations())
	every(&c, "Roles", l.Roles, supervision.Roles())
	every(&c, "Grounds", l.Grounds, appeal.AllGrounds.List())
	every(&c, "Outcomes", l.Outcomes, appeal.Outcomes())
	every(&c, "Kinds", l.Kinds, template.Kinds())
	every(&c, "Reasons", l.Reasons, supervision.Reasons(), reasons...)
	every(&c, "Deadlines", l.Deadlines, supervision.DeadlineKinds(), "in")
	every(&c, "Openings", l.Openings, appeal.AllGrounds.List(), "in", "party")
	every(&c, "Faults", l.Faults, supervision.FaultCodes(), "min", "max", "kind")
	every(&c, "EndActions", l.EndActions, supervision.EndActions())
	every(&c, "CountedFrom", l.CountedFrom, supervision.CountedFroms())
	every(&c, "Findings", l.Findings, audit.Kinds(), "seq", "operation", "at", "fields", "why", "faults")
	c.text("OrderAltered", l.OrderAltered, "fields")
	keys := append([]string{"finding.count", "finding.since"}, members...)
	for _, op := range supervision.Operations() {
		for _, key := range supervision.Fields(op) {
			if l.Fields[string(op)+"."+key] == "" && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	every(&c, "Fields", l.Fields, keys)
	c.text("Yes", l.Yes)
	c.text("No", l.No)
	c.text("Possible", l.Possible, "from")
	c.text("Overdue", l.Overdue)
	c.text("In", l.In, "span")
	c.text("Now", l.Now)
	for name, text := range map[string]string{
		"Days": l.Days, "Hours": l.Hours, "Minutes": l.Minutes, "Seconds": l.Seconds, "Moment": l.Moment,
	} {
		c.text(name, text, "n")
	}
	if l.Tag == "" || l.Layout == "" || l.Plural == nil {
		c.problem("Tag, Layout, Plural", "set each")
	}
	return errors.Join(c.problems...)
}

// members are a record's and an order's that no operation asks for, and that a
// finding may name.
var members = []string{"order", "seq", "at", "actor", "operation", "from", "to", "action", "finding", "key", "salt",
	"seal", "version", "updated_at", "erased_at", "template_seller", "silence_spent", "passed", "proposal"}

type checker struct{ problems []error }

func (c *checker) problem(where, what string) {
	c.problems = append(c.problems, fmt.Errorf("words: %s: %s", where, what))
}

// every checks the texts of an enumeration.
func every[Code ~string](c *checker, name string, texts map[Code]string, codes []Code, known ...string) {
	for _, code := range codes {
		c.text(name+" "+string(code), texts[code], known...)
	}
}

// text checks one text against the parameters that it may have.
func (c *checker) text(where, text string, known ...string) {
	if strings.TrimSpace(text) == "" {
		c.problem(where, "write a text")
	}
	for _, name := range parameters(text) {
		if !slices.Contains(known, name) {
			c.problem(where, fmt.Sprintf("leave {%s} out: it has %s", name, strings.Join(known, ", ")))
		}
	}
	rest := placeholder.ReplaceAllString(text, "")
	for _, part := range optional.FindAllString(rest, -1) {
		rest = strings.Replace(rest, part, "", 1)
	}
	if strings.ContainsAny(rest, "{}[]") {
		c.problem(where, "close each brace and bracket, one inside the other at most")
	}
}
