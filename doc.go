// Package serviceflow is the service supervision of a cloud marketplace as an embeddable library: what happens to an order of a SaaS
// product between purchase and settlement. It has no code itself; this page is the tutorial.
//
// # The flow
//
// The buyer submits a request on the seller's template. The seller accepts or rejects it, works, and delivers. The buyer accepts or
// rejects the delivery. Too many rejections, or a party that stays silent too long, entitle the other to an appeal, which freezes the flow
// until an operations manager rules. Three hours after acceptance the order is Completed. The README draws the flow, and
// docs/rules.md lists every rule with its ID, such as R09; the IDs stand in the documentation, in every refusal and in the names of the tests.
//
// # Opening an order
//
// A host hands the service a store, and later its commands:
//
//	svc, err := supervision.New(memory.New())
//	order, err := svc.Open(ctx, supervision.Opening{ID: "o-1", Product: "crm", Buyer: "b-7", Seller: "s-3"})
//
// From now on the order carries its own policy, so a later change of the numbers does not touch it, and the version of the seller's
// request template that was current.
//
// # Doing
//
// What can be done is data: a struct for each action, performed by an actor that the host has authenticated.
//
//	order, err = svc.Do(ctx, "o-1", supervision.Buyer("b-7"), supervision.SubmitRequest{Text: "Fifty seats, please."})
//
// Repeating a command safely takes an idempotency key, acting on what the user saw takes the order's version, and trying takes a dry run:
//
//	svc.Do(ctx, id, actor, action, supervision.WithKey(requestID), supervision.IfVersion(seen))
//	svc.Do(ctx, id, actor, action, supervision.DryRun())
//
// What a rule forbids is refused with a supervision.Refusal: rule, reason, and the instant from which it would be allowed. Faulty
// input is refused whole, with every fault at its field, in a supervision.InvalidError.
//
// # Asking
//
// A page that shows an order asks it, at the service's instant, what this person can do, what time will bring, and how far it is:
//
//	permissions, err := order.Operations(actor, svc.Now())
//	deadlines := order.Deadlines(svc.Now())
//	steps := order.Progress(svc.Now())
//
// The answers are computed by the checks that the operations themselves run, so a button that is shown works, and a countdown ends when it
// says. Search finds orders, Records tells what happened.
//
// # Time
//
// The library never waits. Every answer is computed from the instants on record, so an order is Completed at the microsecond it is due
// even if no process was running. A worker stores what time has made and relays records to the host:
//
//	err := svc.Run(ctx, func(ctx context.Context, r supervision.Record) error { return notify(ctx, r) })
//
// Any number of workers and hosts may share a database.
//
// # Storing
//
// Package store/memory keeps everything in memory. Package store/sqlstore keeps it in SQLite, PostgreSQL, MySQL or MariaDB through
// database/sql, and can join the host's own transaction:
//
//	joined, err := sqlstore.Join(tx, sqlstore.Postgres)
//	order, err := svc.In(joined).Do(ctx, id, actor, action)
//
// A store of your own implements supervision.Store; package store/storetest checks it sentence by sentence.
//
// # Testing
//
// The rules are pure: supervision.Order.Apply takes an instant and returns the next order, so a business rule is tested without a
// store, a clock or a context. Package supervision/supervisiontest makes a service on a mock clock in one line, drives an order to any
// status, and breaks the store where you want it broken.
//
// # Changing the numbers
//
// supervision.Policy holds every number and choice. supervision.Guide, supervision.Rules2025 and supervision.License are the
// presets; package appeal holds the part about appeals, package supervision/template the request templates.
package serviceflow
