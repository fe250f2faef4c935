package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

const width = 96

func (s *story) printf(format string, args ...any) { fmt.Fprintf(s.out, format, args...) }

func (s *story) title(title string) {
	s.printf("\n%s %s\n", title, strings.Repeat("─", width-len(title)-1))
}

// say prints a paragraph, wrapped.
func (s *story) say(text string) {
	line := ""
	s.printf("\n")
	for word := range strings.FieldsSeq(text) {
		if len(line)+len(word)+1 > width {
			s.printf("%s\n", line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	s.printf("%s\n", line)
}

func (s *story) done(actor supervision.Actor, action supervision.Action) {
	s.printf("  %s  ✓ %s %s\n", instant(s.svc.Now()), actor.Role, phrase(action.Operation()))
}

func (s *story) denied(r *supervision.Refusal) {
	s.printf("  %s  ✗ %s %s (%s)\n", instant(r.At), r.Actor.Role, phrase(r.Operation), r.Rule)
	s.detail(supervision.ReasonText(r.Reason))
	if !r.From.IsZero() {
		s.detail("allowed from " + instant(r.From))
	}
}

func (s *story) faulty(actor supervision.Actor, action supervision.Action, err *supervision.InvalidError) {
	s.printf("  %s  ✗ %s %s:\n", instant(s.svc.Now()), actor.Role, phrase(action.Operation()))
	for _, fault := range err.Faults {
		s.detail(fault.Field + ": " + fault.Message)
	}
}

// detail prints what belongs to the line above it.
func (s *story) detail(text string) { s.printf("%24s %s\n", "", text) }

var marks = map[supervision.StepState]string{
	supervision.StepDone: "●", supervision.StepCurrent: "◉", supervision.StepWaiting: "○",
	supervision.StepFrozen: "❄", supervision.StepSkipped: "⊘", supervision.StepCanceled: "✗",
}

// show prints where the order stands, what each side can do now, and what time
// will bring next.
func (s *story) show(o supervision.Order) {
	now := s.svc.Now()
	var steps []string
	for _, step := range o.Steps(now) {
		steps = append(steps, marks[step.State]+" "+strings.TrimPrefix(phrase(step.Status), "awaiting "))
	}
	s.printf("\n  %s\n", strings.Join(steps, " ─ "))
	for _, actor := range []supervision.Actor{buyer, seller, manager} {
		if can := s.can(o, actor, now); can != "" {
			s.printf("  %-8s %s\n", actor.Role, can)
		}
	}
	for _, d := range o.Deadlines(now) {
		if d.Kind == supervision.DeadlineCompletion || d.Kind == supervision.DeadlineRulingOverdue {
			s.printf("  %-8s %s at %s\n", "time", phrase(d.Kind), instant(d.At))
		}
	}
}

// can lists what an actor may do now, and what time alone will allow.
func (s *story) can(o supervision.Order, actor supervision.Actor, now time.Time) string {
	permissions, err := o.Operations(actor, now)
	s.expect(err)
	var list []string
	for _, p := range permissions {
		switch {
		case p.Allowed:
			list = append(list, phrase(p.Operation))
		case !p.From.IsZero():
			list = append(list, fmt.Sprintf("%s from %s (%s)", phrase(p.Operation), instant(p.From), p.Rule))
		}
	}
	return strings.Join(list, " · ")
}

func (s *story) records(ctx context.Context) {
	s.title("The operation records")
	records, err := s.svc.Records(ctx, orderID, manager, 0, supervision.MaxPage)
	s.expect(err)
	s.printf("\n")
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, r := range records {
		fmt.Fprintf(table, "  %d\t%s\t%s\t%s\t%s\n", r.Seq, instant(r.At), r.Actor.Role, phrase(r.Operation),
			phrase(r.To))
	}
	s.expect(table.Flush())
	order, err := supervision.Replay(records)
	s.expect(err)
	s.say(fmt.Sprintf("Replaying the %d records gives the order again: %s, version %d.", len(records),
		order.OrderStatus(), order.Version))
}

func phrase[W ~string](word W) string { return strings.ReplaceAll(string(word), "_", " ") }

// instant prints an instant to the second, or to the microsecond where that is
// what matters.
func instant(t time.Time) string {
	if t.Nanosecond() == 0 {
		return t.Format("2006-01-02 15:04:05")
	}
	return t.Format("2006-01-02 15:04:05.000000")
}
