package service_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
	"github.com/koogallery/serviceflow/supervision/template"
)

// A command with an idempotency key is applied once, however often a client
// repeats it (R28).
func ExampleWithKey() {
	ctx, env := context.Background(), supervisiontest.New()
	order, _ := env.Reach(ctx, supervision.Opening{Seller: "s-3"}, supervision.AwaitingDelivery)
	for range 2 {
		result, err := env.Service.Do(ctx, order.ID, supervision.Seller("s-3"),
			supervision.ReportProgress{Text: "Half of it is done."}, service.WithKey("request-17"))
		fmt.Println(result.Order.Version, result.Repeated, err)
	}
	_, err := env.Service.Do(ctx, order.ID, supervision.Seller("s-3"),
		supervision.Deliver{Result: "All of it is done."}, service.WithKey("request-17"))
	fmt.Println(errors.Is(err, service.ErrKeyReused))
	// Output:
	// 4 false <nil>
	// 4 true <nil>
	// true
}

// A dry run tells what would happen, and stores nothing.
func ExampleDryRun() {
	ctx, env := context.Background(), supervisiontest.New()
	order, _ := env.Reach(ctx, supervision.Opening{Buyer: "b-7"}, supervision.AwaitingAcceptance)
	buyer := supervision.Buyer("b-7")

	result, err := env.Service.Do(ctx, order.ID, buyer, supervision.AcceptProduct{}, service.DryRun())
	fmt.Println("would be", result.Order.Status, err)
	order, _ = env.Service.Order(ctx, order.ID, buyer)
	fmt.Println("is", order.Status)
	// Output:
	// would be accepted <nil>
	// is awaiting_acceptance
}

// Orders that run in another system are adopted many at a time. A faulty one
// stops no other, what is due is settled, and adopting again is safe (R29).
func ExampleService_Adopt() {
	ctx, env := context.Background(), supervisiontest.New()
	ago := func(days int) time.Time { return env.Service.Now().AddDate(0, 0, -days) }
	list := []supervision.Adoption{
		{ID: "o-1", Product: "crm", Buyer: "b-7", Seller: "s-3", OpenedAt: ago(9),
			Status: supervision.AwaitingRequest, TurnSince: ago(9)},
		{ID: "o-2", Product: "crm", Buyer: "b-7", Seller: "s-3", OpenedAt: ago(9),
			Status: supervision.Accepted, AcceptedAt: ago(1)},
		{ID: "o-3", Product: "crm", Buyer: "b-7", Seller: "s-3", OpenedAt: ago(9),
			Status: supervision.AwaitingAcceptance, TurnSince: ago(-1)},
	}
	for range 2 {
		results, err := env.Service.Adopt(ctx, list...)
		for i, r := range results {
			fmt.Println(list[i].ID, r.Order.Status, r.Repeated, errors.Is(r.Err, supervision.ErrInvalid), err)
		}
	}
	// Output:
	// o-1 awaiting_request false false <nil>
	// o-2 completed false false <nil>
	// o-3  false true <nil>
	// o-1 awaiting_request true false <nil>
	// o-2 completed true false <nil>
	// o-3  false true <nil>
}

// The tabs of a page are counted in one round trip, each up to a thousand.
func ExampleService_Count() {
	ctx, env := context.Background(), supervisiontest.New()
	for _, status := range []supervision.Status{supervision.AwaitingRequest, supervision.AwaitingDelivery,
		supervision.AwaitingDelivery, supervision.Completed} {
		_, _ = env.Reach(ctx, supervision.Opening{Seller: "s-3"}, status)
	}
	counts, err := env.Service.Count(ctx, supervision.Seller("s-3"),
		supervision.Criteria{Turn: supervision.RoleSeller},
		supervision.Criteria{Appeal: supervision.AppealPending},
		supervision.Criteria{OrderStatus: supervision.OrderCompleted},
		supervision.Criteria{})
	fmt.Println(counts, err)
	// Output:
	// [2 0 1 4] <nil>
}

// A License product needs no request: its flow begins at the delivery (R26),
// and the seller fills in what the buyer will check, the delivery template
// (R07).
func ExampleService_PublishTemplate() {
	ctx, env := context.Background(), supervisiontest.New(service.WithPolicy(supervision.License()))
	seller := supervision.Seller("s-3")
	criteria := supervision.TemplateID{Seller: seller.ID, Product: "license", Operation: supervision.OpDeliver}
	published, err := env.Service.PublishTemplate(ctx, seller, criteria, template.Template{Fields: []template.Field{
		{Key: "key", Label: "License key", Kind: template.Line, Required: true, Pattern: `[A-Z]{4}-\d{4}`},
		{Key: "seats", Label: "Seats", Kind: template.Integer, Required: true, Min: "1"},
		{Key: "until", Label: "Valid until", Kind: template.Date},
	}})
	fmt.Println("version", published.Version, err)

	opening := supervision.Opening{ID: "o-1", Product: "license", Buyer: "b-7", Seller: seller.ID}
	order, _ := env.Service.Open(ctx, opening)
	fmt.Println(order.Status, "on version", order.Form(supervision.OpDeliver).Version)

	_, err = env.Service.Do(ctx, "o-1", seller, supervision.Deliver{Values: template.Values{"key": "ABCD1234"}})
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Faults {
			fmt.Println(f.Field, f.Code)
		}
	}
	result, err := env.Service.Do(ctx, "o-1", seller,
		supervision.Deliver{Values: template.Values{"key": "ABCD-1234", "seats": "050"}})
	fmt.Println(result.Order.Status, result.Order.Delivery.Values["seats"], err)

	withdrawn, err := env.Service.WithdrawTemplate(ctx, seller, published.TemplateID)
	fmt.Println("version", withdrawn.Version, withdrawn.Withdrawn(), err)
	opening.ID = "o-2"
	order, _ = env.Service.Open(ctx, opening)
	fmt.Println(order.Status, "on version", order.Form(supervision.OpDeliver).Version)
	// Output:
	// version 1 <nil>
	// awaiting_delivery on version 1
	// values.key pattern_mismatch
	// values.seats required
	// awaiting_acceptance 50 <nil>
	// version 2 true <nil>
	// awaiting_delivery on version 0
}

// What the next week will bring to all orders, unless somebody acts before, as
// a host needs it to remind people.
func ExampleService_Upcoming() {
	ctx, env := context.Background(), supervisiontest.New()
	_, _ = env.Reach(ctx, supervision.Opening{ID: "o-7"}, supervision.AwaitingDelivery)
	_, _ = env.Reach(ctx, supervision.Opening{ID: "o-8"}, supervision.Accepted)
	now := env.Service.Now()
	for coming, err := range env.Service.Upcoming(ctx, now, now.AddDate(0, 0, 7)) {
		if err != nil {
			fmt.Println(err) // an order that cannot be read, or the end
			continue
		}
		fmt.Println(coming.Order.ID, coming.Kind, coming.Party, coming.At.Sub(now))
	}
	// Output:
	// o-8 completion  3h0m0s
	// o-7 appeal_opens buyer 120h0m0.000001s
}

// A page names the next one, which goes on after its last order while orders
// come and change.
func ExampleService_Search() {
	ctx, env := context.Background(), supervisiontest.New()
	for range 5 {
		_, _ = env.Reach(ctx, supervision.Opening{Buyer: "b-7"}, supervision.AwaitingRequest)
		env.Clock.Add(time.Minute)
	}
	query := supervision.Query{Limit: 2}
	for {
		page, err := env.Service.Search(ctx, supervision.Buyer("b-7"), query)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, order := range page.Orders {
			fmt.Println(order.ID)
		}
		if page.Next == "" {
			return
		}
		query.Cursor = page.Next
	}
	// Output:
	// order-5
	// order-4
	// order-3
	// order-2
	// order-1
}

// An operation takes part in the host's own transaction: both are committed,
// or neither is. It goes first, so that a repetition writes nothing else. A
// conflict is the host's: it rolls back and begins anew.
func ExampleService_WithStore() {
	var db *sql.DB            // the host's
	var store *sqlstore.Store // on the same database
	var svc *service.Service  // on that store
	accept := func(ctx context.Context, order string, buyer supervision.Actor, key string) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		joined, err := store.Join(tx)
		if err != nil {
			return err
		}
		result, err := svc.WithStore(joined).Do(ctx, order, buyer, supervision.AcceptProduct{}, service.WithKey(key))
		if err != nil || result.Repeated {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO invoices (order_id) VALUES ($1)", order); err != nil {
			return err
		}
		return tx.Commit()
	}
	_ = accept
}

// A worker stores what time has made and hands each record to the host, until
// its context ends.
func ExampleService_Run() {
	ctx, stop := context.WithCancel(context.Background())
	svc, _ := service.New(memory.New())
	_, _ = svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-7", Seller: "s-3"})
	_, _ = svc.Do(ctx, "o-1", supervision.Buyer("b-7"), supervision.SubmitRequest{Text: "Fifty seats, please."})

	err := svc.Run(ctx, func(_ context.Context, e service.Event) error {
		fmt.Println("tell", e.Seller, "that", e.Record.Operation, "made order", e.Order.ID, e.Order.Status)
		if e.Record.Operation == supervision.OpSubmitRequest {
			stop()
		}
		return nil
	})
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// tell s-3 that open made order o-1 awaiting_request
	// tell s-3 that submit_request made order o-1 awaiting_confirmation
	// true
}

// Of what is relayed each party is told what is news to it, as it may see it:
// neither what it has done itself nor what is hidden from it (R22, R34).
func ExampleEvent_For() {
	ctx, env := context.Background(), supervisiontest.New()
	order, _ := env.Reach(ctx, supervision.Opening{Buyer: "b-7", Seller: "s-3"}, supervision.AwaitingConfirmation)
	mia := supervision.Manager("mia")
	_, _ = env.Service.Do(ctx, order.ID, mia, supervision.Intervene{Reason: "Both asked for it."})
	_, _ = env.Service.Do(ctx, order.ID, mia, supervision.AddNote{Text: "The buyer is new here."})

	tell := func(_ context.Context, e service.Event) error {
		for _, party := range []supervision.Actor{supervision.Buyer(e.Buyer), supervision.Seller(e.Seller)} {
			if seen, news := e.For(party); news {
				fmt.Println("tell", party.ID, "of", seen.Record.Operation)
			}
		}
		return nil
	}
	for n := 1; n > 0; {
		n, _ = env.Service.Relay(ctx, tell)
	}
	// Output:
	// tell b-7 of open
	// tell s-3 of open
	// tell s-3 of submit_request
	// tell b-7 of intervene
	// tell s-3 of intervene
}

// The form that an order has to fill in is the one it is pinned to, whatever
// its seller has published since (R04).
func ExampleService_Form() {
	ctx, env := context.Background(), supervisiontest.New()
	seller := supervision.Seller("s-3")
	id := supervision.TemplateID{Seller: seller.ID, Product: "crm", Operation: supervision.OpSubmitRequest}
	publish := func(label string) {
		_, _ = env.Service.PublishTemplate(ctx, seller, id, template.Template{Fields: []template.Field{
			{Key: "seats", Label: label, Kind: template.Integer, Required: true},
		}})
	}
	publish("Seats")
	order, _ := env.Service.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-7", Seller: seller.ID})
	publish("Number of seats")

	form, err := env.Service.Form(ctx, order, supervision.OpSubmitRequest)
	fmt.Println(form.Template().Fields[0].Label, err)
	form, err = env.Service.Form(ctx, order, supervision.OpDeliver)
	fmt.Println(form, err)
	// Output:
	// Seats <nil>
	// <nil> <nil>
}

// What a receiver never takes is set aside, so that the order's later records
// go on, and tried again by hand.
func ExampleService_Retry() {
	ctx, env := context.Background(), supervisiontest.New()
	_, _ = env.Reach(ctx, supervision.Opening{ID: "o-1"}, supervision.AwaitingConfirmation)
	knowsRequests := false
	publish := func(_ context.Context, e service.Event) error {
		if e.Record.Operation == supervision.OpSubmitRequest && !knowsRequests {
			return fmt.Errorf("unknown operation: %w", service.ErrSetAside)
		}
		fmt.Println(e.ID.Seq, e.Record.Operation)
		return nil
	}
	for n := 1; n > 0; { // Run does this in the background
		n, _ = env.Service.Relay(ctx, publish)
	}
	aside, err := env.Service.Aside(ctx, supervision.RecordID{}, 0)
	fmt.Println(len(aside), "set aside", err)

	knowsRequests = true
	err = env.Service.Retry(ctx, aside[0].RecordID)
	n, _ := env.Service.Relay(ctx, publish)
	fmt.Println(n, err)
	// Output:
	// 1 open
	// 1 set aside <nil>
	// 2 submit_request
	// 1 <nil>
}

// Closed orders leave the store once the sink has them, whole and verified.
func ExampleService_Archive() {
	ctx, env := context.Background(), supervisiontest.New()
	_, _ = env.Reach(ctx, supervision.Opening{ID: "o-1"}, supervision.Completed)
	env.Clock.Add(30 * supervision.Day)
	for n := 1; n > 0; { // what waits to be relayed stays in the store
		n, _ = env.Service.Relay(ctx, func(context.Context, service.Event) error { return nil })
	}
	month := env.Service.Now().AddDate(0, 0, -20)
	archived, err := env.Service.Archive(ctx, month, func(_ context.Context, h service.History) error {
		fmt.Println(h.Order.ID, h.Order.Status, len(h.Records), "records,", len(h.Findings), "findings")
		return nil
	})
	fmt.Println(archived, err)
	_, err = env.Service.Order(ctx, "o-1", supervision.System())
	fmt.Println(errors.Is(err, supervision.ErrNotFound))
	// Output:
	// o-1 completed 6 records, 0 findings
	// 1 <nil>
	// true
}

// Law may ask for the texts of a closed order to be erased. Its history goes on
// to verify: each record keeps a seal of what was written (R35).
func ExampleService_Erase() {
	ctx, env := context.Background(), supervisiontest.New()
	_, _ = env.Reach(ctx, supervision.Opening{ID: "o-1"}, supervision.Completed)
	result, err := env.Service.Erase(ctx, "o-1", "Request 17 of the person concerned")
	fmt.Println(result.Order.Request.Text, err)
	var written bytes.Buffer
	err = env.Service.Export(ctx, "o-1", &written)
	var history service.History
	fmt.Println(json.Unmarshal(written.Bytes(), &history), len(history.Findings), err)
	// Output:
	// (erased) <nil>
	// <nil> 0 <nil>
}

// An audit reads what happened in a day on all orders, as it was recorded.
func ExampleService_RecordsBetween() {
	ctx, env := context.Background(), supervisiontest.New()
	day := env.Service.Now()
	_, _ = env.Reach(ctx, supervision.Opening{ID: "o-1"}, supervision.AwaitingDelivery)
	for record, err := range env.Service.RecordsBetween(ctx, day, day.Add(supervision.Day)) {
		fmt.Println(record.Order, record.Seq, record.Operation, err)
	}
	// Output:
	// o-1 1 open <nil>
	// o-1 2 submit_request <nil>
	// o-1 3 accept_request <nil>
}
