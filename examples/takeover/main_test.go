package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
)

var update = flag.Bool("update", false, "rewrite testdata/report.txt")

func TestReport(t *testing.T) {
	unlessRace(t)
	var out, progress bytes.Buffer
	if err := run(t.Context(), &out, &progress); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/report.txt", out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/report.txt")
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Error("run: go test ./examples/takeover -update, and read the diff")
	}
	if !strings.Contains(progress.String(), "adopting: 5020 of 5020\n") {
		t.Errorf("no progress: %q", progress.String())
	}
}

func unlessRace(t *testing.T) {
	if raceEnabled {
		t.Skip("skipped: there is one goroutine, and the race detector makes its SQLite slow")
	}
}

// Every row is adopted, or there already, or named with each of its faults;
// what is adopted is whole, and adopting again changes nothing.
func TestNothingIsLostOrSilentlyChanged(t *testing.T) {
	unlessRace(t)
	ctx := t.Context()
	to, err := begin(ctx, filepath.Join(t.TempDir(), "shop.db"), io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer to.db.Close()
	if err := to.adopt(ctx); err != nil {
		t.Fatal(err)
	}
	adopted, faulty := make(map[string]bool), make(map[string]bool)
	for _, id := range to.adopted {
		adopted[id] = true
	}
	for _, f := range to.faults {
		if f.field == "" {
			t.Errorf("%s: %s", f.order, f.code)
		}
		faulty[f.order] = true
	}
	found := make(map[string]supervision.Summary)
	err = to.search(ctx, supervision.Criteria{}, func(o supervision.Summary) error {
		found[o.ID] = o
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != len(to.adopted) || len(adopted) != len(to.adopted) {
		t.Errorf("%d orders are found, %d were adopted", len(found), len(to.adopted))
	}
	first := make(map[string]row)
	for _, r := range to.rows {
		if _, twice := first[r.ID]; !twice {
			first[r.ID] = r
			if adopted[r.ID] == faulty[r.ID] && !differs(r, to.rows) {
				t.Errorf("%s: adopted %t, faulty %t", r.ID, adopted[r.ID], faulty[r.ID])
			}
		}
	}
	check := func() {
		for _, id := range to.adopted {
			order, err := to.service.Order(ctx, id, supervision.System())
			if err != nil {
				t.Fatal(err)
			}
			records, err := to.service.Records(ctx, id, supervision.System(), 0, supervision.MaxPage)
			if err != nil {
				t.Fatal(err)
			}
			if findings := audit.Verify(records); len(findings) > 0 {
				t.Errorf("%s: %v", id, findings)
			}
			replayed, err := supervision.Replay(records)
			listed, wrong := order.Listing().For(supervision.System(), found[id].At)
			err = errors.Join(err, wrong)
			if err != nil || !reflect.DeepEqual(replayed, order) || listed != found[id] {
				t.Errorf("%s is not what its records say: %v", id, err)
			}
			if said := filledIn(adoption(first[id], to.log[id])); !reflect.DeepEqual(records[0].Action, said) {
				t.Errorf("%s is not what the old service says:\n%+v\n%+v", id, records[0].Action, said)
			}
		}
	}
	check()
	was, faults := to.adopted, to.faults
	if err := to.adopt(ctx); err != nil {
		t.Fatal(err)
	}
	if len(to.adopted) != 0 || !reflect.DeepEqual(faults, to.faults) {
		t.Errorf("adopting again adopts %d and finds other faults", len(to.adopted))
	}
	to.adopted = was
	check()
}

// filledIn is a snapshot with what a service fills in, and nothing else.
func filledIn(a supervision.Adoption) supervision.Action {
	a.Policy, a.BoughtAt, a.AdoptedAt = supervision.Guide(), a.OpenedAt, today
	if a.Status == supervision.Canceled {
		a.Cancellation.By = supervision.OpAdopt
	}
	if a.Appeal != nil {
		a.Appeal.HandleBy = a.Appeal.RaisedAt.Add(a.Policy.Appeal.Handling)
	}
	return a
}

// differs reports whether there is another row of the order that says something
// else.
func differs(r row, rows []row) bool {
	for _, other := range rows {
		if other.ID == r.ID && other != r {
			return true
		}
	}
	return false
}

// Every column has its place: what was lost here nobody finds again.
func TestAdoption_HasEveryColumn(t *testing.T) {
	at := func(d int) time.Time { return today.AddDate(0, 0, d-100) }
	r := row{ID: "1", Product: "crm", Buyer: "ben", Seller: "sue", Cents: 900, Refunded: 450, Bought: at(1),
		Due: at(200), Since: at(2), Request: "Users.", Requested: at(3), SentBack: 1, Result: "All.", Delivered: at(4), Returned: 2}
	want := supervision.Adoption{ID: "1", Product: "crm", Buyer: "ben", Seller: "sue", Paid: dollars(900),
		Refund: dollars(450), OpenedAt: at(1), ScheduledEnd: at(200), RequestRejections: 1, ProductRejections: 2,
		Request:  &supervision.Request{Text: "Users.", SubmittedAt: at(3)},
		Delivery: &supervision.Delivery{Result: "All.", DeliveredAt: at(4)},
		History:  []supervision.Quote{{At: at(3), Who: "ben", What: "ask", Text: "Users."}}}
	disputed := func(r *row) {
		r.Before, r.Side, r.Ground, r.Disputed = "WORKING", "buyer", "SELLER_SILENT", at(5)
		r.Reason, r.Demand = "Why.", "What."
	}
	dispute := appeal.Appeal{By: appeal.Buyer, Ground: appeal.SellerSilent, Reason: "Why.", Demand: "What.",
		RaisedAt: at(5)}
	for name, c := range map[string]struct {
		row  func(*row)
		want func(*supervision.Adoption)
	}{
		"waiting": {func(r *row) { r.State = "DELIVERED" }, func(a *supervision.Adoption) {
			a.Status, a.TurnSince = supervision.AwaitingAcceptance, at(2)
		}},
		"accepted": {func(r *row) { r.State, r.Accepted = "ACCEPTED", at(6) }, func(a *supervision.Adoption) {
			a.Status, a.AcceptedAt = supervision.Accepted, at(6)
		}},
		"closed": {func(r *row) { r.State, r.Accepted, r.Closed = "CLOSED", at(6), at(7) },
			func(a *supervision.Adoption) {
				a.Status, a.AcceptedAt, a.ClosedAt = supervision.Completed, at(6), at(7)
			}},
		"disputed": {func(r *row) { disputed(r); r.State = "DISPUTED" }, func(a *supervision.Adoption) {
			a.Status, a.TurnSince, a.FrozenFrom = supervision.Frozen, at(2), supervision.AwaitingDelivery
			a.Appeal = &dispute
		}},
		"canceled": {func(r *row) {
			disputed(r)
			r.State, r.Clerk, r.Decision, r.Decided, r.Closed = "CANCELLED", "mia", "Half.", at(8), at(9)
		}, func(a *supervision.Adoption) {
			a.Status, a.ClosedAt, a.Cancellation.From = supervision.Canceled, at(9), supervision.AwaitingDelivery
			decided := dispute
			decided.Ruling = &appeal.Ruling{Outcome: appeal.Cancel, Upheld: true, Decision: "Half.", By: "mia",
				Refund: dollars(450), At: at(8)}
			a.Appeal = &decided
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r, want := r, want
			c.row(&r)
			c.want(&want)
			got := adoption(r, []entry{{At: at(3), Role: "buyer", Who: "ben", Action: "ask", Text: "Users."}})
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got:\n%+v\nwant:\n%+v", got, want)
			}
		})
	}
}

// The mapping is short: that is what the library promises a host.
func TestTheMappingHasAtMostSixtyLines(t *testing.T) {
	data, err := os.ReadFile("mapping.go")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(data), "\n"); lines > 60 {
		t.Errorf("%d lines", lines)
	}
}
