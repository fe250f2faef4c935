// Package serviceflow is the service supervision of a cloud marketplace as an
// embeddable library: what happens to an order of a SaaS product between
// purchase and settlement. It has no code itself; this page is the tutorial.
//
// Start here for whole hosts to copy from: examples/api serves orders over
// HTTP, examples/takeover moves a service with orders in flight.
//
// # The flow
//
// The buyer submits a request on the seller's template. The seller accepts or
// rejects it, works, and delivers. The buyer accepts or rejects the delivery.
// Too many rejections, or a party that stays silent too long, entitle the other
// to an appeal, which freezes the flow until an operations manager rules. Three
// hours after acceptance the order is Completed. The README draws the flow, and
// docs/rules.md lists every rule with its ID, such as R09. The IDs stand in the
// documentation, in every refusal and in the names of the tests.
//
// # Two packages
//
// Package supervision is the rules: an Order is a value, and its methods answer
// and apply without a clock, a context or I/O. Package supervision/service runs
// them over a store. A host imports both.
//
// # Opening an order
//
// A host hands the service a store, and later its commands:
//
//	svc, err := service.New(memory.New())
//	order, err := svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-7", Seller: "s-3"})
//
// From now on the order carries its own policy, so that a later change of the
// numbers does not touch it, and the versions of the seller's templates for
// request and delivery that were current. A seller publishes the next version
// in the place of the one it has seen, and may withdraw it for new orders:
//
//	form := supervision.TemplateID{
//		Seller: "s-3", Product: "crm", Operation: supervision.OpSubmitRequest,
//	}
//	published, err := svc.PublishTemplate(ctx, seller, form, t)
//	withdrawn, err := svc.WithdrawTemplate(ctx, seller, published.TemplateID)
//
// An order that already runs in another system is adopted instead:
// Service.Adopt takes snapshots, and docs/takeover.md says how a running
// service moves.
//
// # Doing
//
// An action is data: a struct for each operation, performed by an actor that
// the host has authenticated.
//
//	buyer := supervision.Buyer("b-7")
//	result, err := svc.Do(ctx, "o-1", buyer, supervision.SubmitRequest{Text: "Fifty seats, please."})
//
// The result holds the order as it is afterwards and the records that were
// added. An idempotency key makes a command safe to repeat, a version makes it
// depend on what the user saw, and a dry run tries it:
//
//	svc.Do(ctx, id, actor, action, service.WithKey(requestID), service.IfVersion(seen))
//	svc.Do(ctx, id, actor, action, service.DryRun())
//
// What a rule forbids is refused with a supervision.Refusal: rule, reason, and
// the instant from which it is allowed. Faulty input is refused whole, with
// every fault at its field, in a supervision.InvalidError. An action whose JSON
// cannot be read, such as an unknown word or a wrong type, is
// supervision.ErrMalformed, which tells the first fault only.
//
// # Asking
//
// A page that shows an order asks it, at the service's instant, what this
// person can do, what time will bring, and how far it is:
//
//	decisions, err := order.Operations(actor, svc.Now())
//	deadlines := order.Deadlines(svc.Now())
//	steps := order.Steps(svc.Now())
//
// Asking and doing share one path, so a button that is shown works, and a
// countdown ends when it says. Search finds orders, Records tells what
// happened.
//
// # Refunds
//
// Opening.Paid says what was paid. Where the policy lets them, the buyer
// proposes a refund and the seller agrees to that amount; a ruling and the
// scheduled end may grant one too. The library moves no money: Order.Refund
// says what the host has to pay back, and by which operation. It may change
// until the order is Completed or Canceled, so that is when to pay:
//
//	if order.Status.Final() && order.Refund != (supervision.Refund{}) {
//		pay(order.ID, order.Refund.Amount) // once for each order
//	}
//
// # Time
//
// The library never waits. Every answer is computed from the instants on
// record, so an order is Completed at the microsecond it is due even if no
// process was running. A worker stores what time has made and relays what
// happened to the host:
//
//	err := svc.Run(ctx, publish)
//
// Any number of workers and hosts may share a database. What Order, Do and
// Records show is stored first, so that nothing which comes later undoes it; a
// list shows what is so at its instant.
//
// # Telling people
//
// Policy.Notices says how long before or after an instant people are told of
// it: a silence that is about to entitle the other side, a completion, a ruling
// that is late. Run gives each notice once, and publish is handed an event with
// Notices in the place of a record:
//
//	policy.Notices.AppealOpens = supervision.Day
//
// # Storing
//
// Package store/memory keeps everything in memory, for tests and
// demonstrations. Package store/sqlstore keeps it in SQLite, PostgreSQL, MySQL
// or MariaDB through database/sql, package store/pgxstore on a pool of pgx;
// both can join the host's own transaction, see Service.WithStore. A store of your
// own implements service.Store; package store/storetest checks it sentence by
// sentence.
//
// # Testing
//
// A business rule is tested by calling Order.Apply with an instant. Package
// supervision/supervisiontest makes a service on a mock clock in one line,
// drives an order to any status, and breaks the store where you want it broken.
//
// # Showing
//
// Package supervision/words says every code in English and Chinese: statuses,
// reasons with their numbers, deadlines, faults.
//
// # Auditing
//
// Package supervision/audit verifies a history by the rules, asks what another
// policy would have allowed, and runs beside a system that still decides.
//
// # Changing the numbers
//
// supervision.Policy holds every number and choice. supervision.Guide,
// supervision.Rules2025, supervision.License and supervision.Hardware are
// presets. A running order keeps its policy unless an operations manager amends
// it. Package appeal has the part about appeals, package supervision/template
// the forms.
package serviceflow
