//go:build !race

package sqlstore_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

// judge holds what is stored and what was received against what the hosts were
// told, and writes down what was late or doubled.
func (s *soak) judge() {
	n := s.notifier
	n.mu.Lock()
	defer n.mu.Unlock()
	wrong := append(n.wrong, s.orders()...)
	s.report()
	for i, w := range wrong {
		if i == 20 {
			s.t.Errorf("… and %d more", len(wrong)-i)
			return
		}
		s.t.Error(w)
	}
}

// orders lists what is wrong with the orders.
func (s *soak) orders() (wrong []string) {
	commands := make(map[string][]done)
	unanswered := make(map[string]int)
	for _, d := range s.notifier.done {
		unanswered[d.Outcome]++
		commands[d.Order] = append(commands[d.Order], d)
		if strings.HasPrefix(d.Outcome, "wrong") {
			wrong = append(wrong, d.Order+": "+d.Outcome)
		}
	}
	var records, notices, silent int
	for id := range commands {
		w, r, o := s.order(id, commands[id])
		wrong = append(wrong, w...)
		records, silent = records+r, silent+o
	}
	for id := range s.notifier.given {
		if _, ok := id.Notice(); ok {
			notices++
		}
	}
	// A client whose host died, or that was told that nobody knows, may have been
	// heard.
	if most := s.kills*soakClients + soakHosts*soakClients + unanswered["unknown"]; silent > most {
		wrong = append(wrong, fmt.Sprintf("%d commands were done and not answered, with %d kills", silent, s.kills))
	}
	s.t.Logf("%d orders, %d records, %d notices; %d commands were done whose answer was lost", len(commands), records,
		notices, silent)
	return wrong
}

// order lists what is wrong with an order, and counts its records and those that
// nobody was answered for.
func (s *soak) order(id string, commands []done) (wrong []string, count, silent int) {
	fault := func(format string, args ...any) { wrong = append(wrong, id+": "+fmt.Sprintf(format, args...)) }
	ctx := context.Background()
	order, _, err := s.store.Load(ctx, id, "")
	found, failed := s.store.Records(ctx, id, 0, 10_000)
	if err != nil || failed != nil {
		if slices.ContainsFunc(commands, func(d done) bool { return d.Outcome == "ok" && d.Seq > 0 }) {
			fault("lost: %v, %v", err, failed)
		}
		return wrong, 0, 0
	}
	var records []supervision.Record
	keys := make(map[string]int64)
	for _, f := range found {
		if f.Err != nil {
			fault("record %d: %v", f.Seq, f.Err)
			return wrong, 0, 0
		}
		if f.Record.Key != "" {
			keys[f.Record.OwnedKey()] = f.Seq
		}
		if g := s.notifier.given[f.RecordID]; g == nil || !g.answered {
			fault("record %d was never handed over", f.Seq)
		}
		records = append(records, f.Record)
	}
	for _, finding := range audit.VerifyOrder(order, records) {
		fault("%v", finding)
	}
	answered := make(map[string]bool)
	for _, d := range commands {
		answered[d.Key] = true
		seq := keys[d.Key]
		switch d.Outcome {
		case "ok":
			if d.Key != "" && (seq == 0 || d.Seq > 0 && seq != d.Seq) {
				fault("%s was acknowledged as record %d and is record %d", d.Key, d.Seq, seq)
			}
		case "unknown":
		default:
			if d.Key != "" && seq != 0 {
				fault("%s is %s and record %d", d.Key, d.Outcome, seq)
			}
		}
	}
	for key := range keys {
		if !answered[key] {
			silent++
		}
	}
	at := s.host.clock().Now()
	for _, notice := range order.Notices() {
		lapses := notice.Due.Before(notice.At) && !notice.At.After(at)
		if s.notifier.given[supervision.NoticeID(id, notice.Due)] == nil && !notice.Due.After(at) && !lapses {
			fault("nobody was told of %s, due %s", notice.Kind, notice.Due)
		}
	}
	return wrong, len(records), silent
}

// report writes down what was late, doubled and refused.
func (s *soak) report() {
	n := s.notifier
	outcomes := make(map[string]int)
	for _, d := range n.done {
		if d.Outcome == "" {
			d.Outcome = "let be"
		}
		outcomes[d.Outcome]++
	}
	s.t.Logf("%d hosts killed, disk full %d times, %d documents of a newer format (%d overwritten by a save), "+
		"named %d times by the relays", s.kills, s.fulls, s.newers, s.overwrites, n.named)
	s.t.Logf("commands: %s", counts(outcomes))
	s.t.Logf("handed over: %s", counts(n.verdicts))
	s.t.Logf("again, though received: %s", counts(n.again))
	s.t.Logf("late: %s", lateness(n.late))
	s.t.Logf("late, of orders that could not be read for a while: %s", lateness(n.lateNewer))
}

func counts(m map[string]int) string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(list, ", ")
}

func lateness(list []float64) string {
	if len(list) == 0 {
		return "none"
	}
	slices.Sort(list)
	at := func(share float64) float64 { return list[int(share*float64(len(list)-1))] }
	return fmt.Sprintf("%d records, leases: half %.2f, 99 %% %.2f, all %.2f", len(list), at(.5), at(.99), at(1))
}
