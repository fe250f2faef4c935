package main

var (
	coreTests    = []string{"./supervision"}
	serviceTests = []string{"./supervision/service"}
)

// flows are bugs in the pure core: the flow, the rules and what an action does
// to an order.
var flows = []plot{
	{"supervision/flow.go", coreTests, []mutant{
		{"R14", "an accepted order can be appealed",
			`	{AwaitingAcceptance, OpRaiseAppeal, parties, Frozen, "", R18},` + "\n",
			`	{AwaitingAcceptance, OpRaiseAppeal, parties, Frozen, "", R18},` + "\n" +
				`	{Accepted, OpRaiseAppeal, parties, Frozen, "", R18},` + "\n"},
		{"R08", "a rejected delivery goes back to the request", `OpRejectProduct, buyer, AwaitingDelivery`,
			`OpRejectProduct, buyer, AwaitingRequest`},
		{"R13", "the parties can rule as well", `{Frozen, OpDecideAppeal, manager, Canceled, "", R15}`,
			`{Frozen, OpDecideAppeal, []Role{RoleManager, RoleBuyer, RoleSeller}, Canceled, "", R15}`},
	}},
	{"supervision/instant.go", coreTests, []mutant{
		{"R02", "what time did is stamped with when it was noticed", `At: due, Actor: System()`,
			`At: at, Actor: System()`},
		{"R02", "time moves the order a tick late", `o.TurnSince.Add(o.Policy.CompletionDelay)`,
			`o.TurnSince.Add(o.Policy.CompletionDelay + Tick)`},
		{"R17", "an auto-acceptance counts from the delivery, a freeze included",
			`since := o.untouchedSince(); o.Policy.AutoAccept > 0`,
			`since := o.Delivery.DeliveredAt; o.Policy.AutoAccept > 0`},
		{"R14", "time closes an order as the policy says of another", `t.To == o.Policy.AtScheduledEnd.to()`,
			`o.Policy.AtScheduledEnd.to() != ""`},
		{"R31", "a timer that an amendment makes overdue is due before it", `due = o.UpdatedAt`, `due = due.Add(0)`},
		{"R32", "a proposal outlives its order", `o.ClosedAt, o.Proposal = r.At, Proposal{}`, `o.ClosedAt = r.At`},
		{"R02", "an order's time runs backwards under a slow clock", `at.Before(o.UpdatedAt)`, `at.Before(o.OpenedAt)`},
		{"R31", "a clock is turned back to before the opening", `&& !clock.Before(o.OpenedAt)`, ``},
		{"R08", "an acceptance is not dated", `o.AcceptedAt = r.At`, `o.AcceptedAt = o.TurnSince.Add(-Tick)`},
	}},
	{"supervision/apply.go", coreTests, []mutant{
		{"R28", "a key is compared without the action",
			`return err == nil && reflect.DeepEqual(checked, r.Action)`,
			`_ = reflect.DeepEqual(checked, nil); return err == nil`},
		{"R24", "a faulty command that a rule forbids is told its faults instead of the rule",
			`	d := next.decision(`,
			"	if _, err := check(command{order: next, actor: actor, at: at}, action, form); err != nil {\n" +
				"		return Order{}, nil, err\n	}\n	d := next.decision("},
	}},
	{"supervision/decide.go", coreTests, []mutant{
		{"R13", "a manager handles its own company's sale", `(a.ID == o.Buyer || a.ID == o.Seller)`, `a.ID == o.Buyer`},
		{"R22", "an order exists for parties that have no part in it", `if !o.exists(actor) {`,
			`if !o.exists(actor) && actor.ID == "" {`},
		{"R12", "a frozen flow takes reminders",
			"role != RoleSystem:\n		d.Reason, d.Rule = ReasonFrozen, R12\n	case " +
				"!flow.Allows(string(status), string(op)):",
			"role != RoleSystem && op != OpRemind:\n		d.Reason, d.Rule = ReasonFrozen, R12\n	case " +
				"!flow.Allows(string(status), string(op)) && op != OpRemind:"},
		{"R23", "an appeal is promised for after the order is accepted by time", `if !from.Before(due) {`,
			`if from.After(due.Add(Day)) {`},
	}},
	{"supervision/submit.go", coreTests, []mutant{
		{"R10", "a new request sets the counter back", `	o.Request = &Request{`,
			`	o.RequestRejections = 0` + "\n	o.Request = &Request{"},
	}},
	{"supervision/accept.go", coreTests, []mutant{
		{"R08", "the order says when it turned, and not when its delivery came back",
			`Rejection{r.Operation, a.Reason, r.Actor.ID, r.At}`,
			`Rejection{r.Operation, a.Reason, r.Actor.ID, o.TurnSince}`},
	}},
	{"supervision/inputs.go", coreTests, []mutant{
		{"R23", "a choice that is not open looks as if it were", `c.order.decision(c.actor, a, c.at)`,
			`c.order.decision(c.actor, a, c.at.Add(6*Day))`},
	}},
	{"supervision/confirm.go", coreTests, []mutant{
		{"R10", "a rejected request counts as a rejected product", `o.RequestRejections++`, `o.ProductRejections++`},
	}},
	{"supervision/report.go", coreTests, []mutant{
		{"R06", "a progress report does not begin the silence anew", `// Operation returns`,
			"func (ReportProgress) keepsTurn() {}\n\n// Operation returns"},
	}},
	{"supervision/remind.go", coreTests, []mutant{
		{"R20", "a reminder begins the silence anew", `func (Remind) keepsTurn() {}`, ``},
		{"R24", "a refused reminder is promised a tick too early", `ReasonReminded, next`,
			`ReasonReminded, next.Add(-Tick)`},
	}},
	{"supervision/raise.go", coreTests, []mutant{
		{"R18", "a seller appeals at acceptance without proof",
			`role == RoleSeller && o.Status == AwaitingAcceptance`, `o.Status == Accepted`},
		{"R17", "an appeal begins the turn anew", `func (RaiseAppeal) keepsTurn() {} // R17` + "\n", ``},
	}},
	{"supervision/agree.go", coreTests, []mutant{
		{"R32", "a seller agrees to an amount that it did not see",
			`a.Amount != (Money{}) && a.Amount != o.Proposal.Amount`,
			`false`},
		{"R32", "a second proposal replaces the first", `d.Reason == "" && o.Proposal != (Proposal{})`, `false`},
	}},
	{"supervision/refund.go", coreTests, []mutant{
		{"R32", "the parties negotiate under every policy", `!o.Policy.NegotiatedRefund || `, ``},
	}},
	{"supervision/faults.go", coreTests, []mutant{
		{"R32", "more can be refunded than was paid", `amount.Amount > paid.Amount`, `amount.Amount > 2*paid.Amount`},
	}},
	{"supervision/amend.go", coreTests, []mutant{
		{"R31", "an amendment begins a turn", `func (Amend) keepsTurn() {}` + "\n", ``},
		{"R31", "a clock that nobody has found fast is turned back", `!c.again && !c.order.ahead(c.at)`, `false`},
		{"R13", "a manager makes a case its own", `actor.ID == a.Buyer || actor.ID == a.Seller`, `actor.ID == a.Buyer`},
		{"R31", "an amendment closes an order in the past",
			`a.Policy.AtScheduledEnd.to() != "" && !c.again && a.past(c)`,
			`false`},
		{"R04", "another seller's templates take the place of the pinned ones", `o.TemplateSeller = o.Seller`,
			`o.TemplateSeller = a.Seller`},
	}},
	{"supervision/receipt.go", coreTests, []mutant{
		{"R17", "a receipt in a freeze counts from itself", `o.TurnSince.Sub(o.Delivery.DeliveredAt)`, `0`},
	}},
	{"supervision/intervene.go", coreTests, []mutant{
		{"R19", "a ruling is late counted from the turn, not from the appeal", `r.At.Add(o.Policy.Appeal.Handling)`,
			`o.TurnSince.Add(o.Policy.Appeal.Handling)`},
		{"R17", "an intervention begins the turn anew", `func (Intervene) keepsTurn() {} // R17` + "\n", ``},
	}},
	{"supervision/note.go", coreTests, []mutant{
		{"R13", "a note begins the manager's turn anew", `func (AddNote) keepsTurn() {}`, ``},
	}},
	{"supervision/decide_appeal.go", coreTests, []mutant{
		{"R15", "a ruling always resumes at the delivery", `return o.FrozenFrom`, `return AwaitingDelivery`},
		{"R15", "the status that a ruling names is ignored", `		return a.ResumeAt`,
			`		return o.FrozenFrom`},
		{"R15", "a ruling resumes at an acceptance that it has taken away", `case o.FrozenFrom, AwaitingDelivery:`,
			`case o.FrozenFrom, AwaitingDelivery, Accepted:`},
		{"R16", "a ruling sets both counters back", `		o.RequestRejections = 0`,
			`		o.RequestRejections, o.ProductRejections = 0, 0`},
		{"R16", "the silence ruled on goes on", `		o.SilenceSpent = at`, `		_ = at`},
		{"R16", "spending a silence begins the timer anew", `		o.SilenceSpent = at`, `		o.TurnSince = at`},
		{"R16", "a ruling that accepts spends the ground", `if a.Outcome == appeal.Resume {
		o.Appeal`, `if a.Outcome != appeal.Cancel {
		o.Appeal`},
		{"R17", "every ruling begins a new turn", `a.Outcome == appeal.Accept || r.To != froze`, `froze != ""`},
		{"R17", "a turn goes on elsewhere", `a.Outcome == appeal.Accept || r.To != froze`,
			`a.Outcome == appeal.Accept || froze == ""`},
	}},
	{"supervision/open.go", coreTests, []mutant{
		{"R25", "every order runs on the guide's policy",
			`o.Policy, o.Paid = a.Policy, a.Paid`, `o.Policy, o.Paid = Guide(), a.Paid`},
	}},
	{"supervision/form.go", coreTests, []mutant{
		{"R04", "a delivery fills in the request's template", `o.DeliveryTemplateVersion`,
			`o.RequestTemplateVersion`},
		{"R07", "a delivery on a template may say it in words as well", `case text != "":`, `case false:`},
		{"R07", "a delivery without a template needs no result", `f.text(field, text, version == 0)`,
			`f.text(field, text, false)`},
		{"bad input", "what is written is bounded each, and not together", `if n > most {`, `if n > 10*most {`},
		{"R04", "answers without a template are taken", `		return nil, text
	case text`, `		return raw, text
	case text`},
	}},
	{"supervision/replay.go", coreTests, []mutant{
		{"R21", "a record that is earlier passes as an amendment", `if !o.ahead(r.At) {`, `if false {`},
		{"R21", "a gap in the records is replayed", `case r.Seq != o.Version+1:`, `case r.Seq <= o.Version:`},
		{"R14", "a replayed end leads where the policy does not", `r.Operation == t.Operation && r.To == t.To`,
			`r.Operation == t.Operation`},
		{"R02", "a completion is replayed whenever it comes", `r.To == t.To && r.At.Equal(due)`, `r.To == t.To`},
	}},
	{"supervision/steps.go", coreTests, []mutant{
		{"R15", "a step that a ruling led beyond is shown as done", `i < here && now.Passed.Has(steps[i])`, `i < here`},
	}},
	{"supervision/listing.go", coreTests, []mutant{
		{"R30", "the order list shows a frozen order as accepted",
			`end.Status == Accepted || end.Status == Completed {`,
			`end.Status == Accepted || end.Status == Frozen || end.Status == Completed {`},
		{"R14", "a list of appeals that are open forgets the blackout", `l.BlackoutBegins, l.BlackoutEnds = begins,`,
			`l.BlackoutBegins, l.BlackoutEnds = now.ScheduledEnd,`},
		{"R02", "the order list shows an order as accepted at the instant it is completed",
			`!instant.IsZero() && !instant.After(at)`, `!instant.IsZero() && instant.Before(at)`},
	}},
	{"supervision/criteria.go", append(coreTests, serviceTests...), []mutant{
		{"R02", "the list searches by the stored status", `status := l.StatusAt(at)`, `status := l.Status`},
	}},
	{"supervision/query.go", append(coreTests, serviceTests...), []mutant{
		{"order list", "a cursor goes with any search", ` || wire.Search != search`, ``},
		{"order list", "a cursor goes with any sort", `"%#v %s", f.Criteria, f.Sort)`, `"%#v", f.Criteria)`},
	}},
	{"supervision/faults.go", coreTests, []mutant{
		{"bad input", "attachments share the caller's memory", `	checked := make([]Attachment, len(list))`,
			`	checked := list`},
	}},
}

// services are bugs in what the service does with orders and stores.
var services = []plot{
	{"supervision/service/open.go", serviceTests, []mutant{
		{"R28", "opening an order again is refused", `		order, err = s.openAgain(ctx, opening, at, err)`,
			`		order = supervision.Order{}`},
		{"R28", "opening an order again returns another buyer's", `if len(fields) > 0 {`, `if len(fields) > 99 {`},
		{"R28", "an opening cannot be repeated once its scheduled end has come", `if end.After(at) {`,
			`if !end.After(at) {`},
	}},
	{"supervision/service/service.go", serviceTests, []mutant{
		{"R02", "the clock is cut to milliseconds", `s.clock.Now().UTC().Truncate(supervision.Tick)`,
			`s.clock.Now().UTC().Truncate(1000 * supervision.Tick)`},
		{"R22", "a page shows what the store has, not what time has made", `order, _ := one.Order.Settle(at)`,
			`order, _ := one.Order.Settle(one.Order.OpenedAt)`},
		{"R34", "a page shows more than the reader may see", `if view, err := order.For(actor); err == nil {`,
			`if view, err := order.For(supervision.System()); err == nil {`},
		{"R34", "a list of records shows more than the reader may see", `records[i] = records[i].For(actor)`,
			`_ = records[i].For(actor)`},
		{"R21", "records that time has made but nobody stored are missing",
			`if _, err := s.show(ctx, id, actor, at); err != nil {`,
			`if _, _, err := s.load(ctx, id, actor, at.Format("")); err != nil {`},
		{"order list", "the last order of a full page is shown twice", `filter.Next(found[len(found)-1].Position)`,
			`filter.Next(found[max(len(found)-2, 0)].Position)`},
	}},
	{"supervision/service/do.go", serviceTests, []mutant{
		{"R28", "a key does not keep a command from being applied again", `	if before != nil {`,
			`	if before != nil && c.expects {`},
		{"R34", "a command's answer shows more than the reader may see", `order, err := r.Order.For(actor)`,
			`order, err := r.Order.For(supervision.System())`},
		{"dry run", "a dry run is stored", `err == nil && !c.dryRun`, `err == nil && (!c.dryRun || c.key == "")`},
		{"compare and swap", "the expected version is ignored", `c.expects && current.Version != c.version`,
			`c.expects && current.Version < c.version`},
	}},
	{"supervision/service/shown.go", serviceTests, []mutant{
		{"compare and swap", "a conflict is not tried again", `attempts >= s.attempts`, `attempts >= 1`},
		{"R02", "what time has made is shown without being stored", `if len(due) == 0 {`, `if len(due) >= 0 {`},
	}},
	{"supervision/service/notice.go", serviceTests, []mutant{
		{"R33", "a notice is given at every step", `slices.Concat(found.Given, n.Due)`, `slices.Clone(found.Given)`},
		{"R33", "notices are given of what time has moved on", `due.IsZero() || due.After(at)`,
			`true || due.After(at)`},
	}},
	{"supervision/service/event.go", serviceTests, []mutant{
		{"R33", "a relay whose clock is behind drops a notice", `if at.Before(due) {`, `if false {`},
	}},
	{"supervision/service/relay.go", serviceTests, []mutant{
		{"R33", "a notice is handed over though somebody has acted", `ok && event.Notices == nil`, `ok && c.Seq > 0`},
	}},
	{"supervision/notice.go", coreTests, []mutant{
		{"R33", "a notice is due a tick early", `at.Add(-before)}`, `at.Add(-before - Tick)}`},
		{"R33", "of what has come people are told beforehand", `(!n.ahead() || at.After(o.UpdatedAt))`, `true`},
		{"R33", "the buyer is told of a reminder that came before the turn",
			` && next.After(o.TurnSince)`, ``},
	}},
	{"supervision/service/templates.go", serviceTests, []mutant{
		{"R04", "a running order gets the latest version of the template",
			`published, err := s.store.Template(ctx, id)`,
			`latest := id
	latest.Version = 0
	published, err := s.Template(ctx, latest)`},
		{"R04", "who publishes too late hears of no conflict", `case err == nil && same(before.Template, t):`,
			`case err == nil:`},
		{"R28", "a template that is published again is a conflict", `case err == nil && same(before.Template, t):`,
			`case false:`},
		{"R04", "a seller publishes for another", `actor.Role != supervision.RoleSeller || actor.ID != id.Seller`,
			`actor.Role != supervision.RoleSeller`},
	}},
	{"supervision/service/observer.go", serviceTests, []mutant{
		{"observer", "an observer hears of an operation twice", `	s.observer.operation(ctx, e)`,
			"	s.observer.operation(ctx, e)\n	s.observer.operation(ctx, e)"},
	}},
	{"supervision/service/relay.go", serviceTests, []mutant{
		{"outbox", "records are acknowledged before they are handed over",
			`		err := r.handOver(c)`,
			"		_ = r.store.Acknowledge(ctx, c.RecordID)\n		err := r.handOver(c)"},
		{"outbox", "a relay goes on after its lease has ended", ` || !began.Add(longest).Before(r.until)`, ``},
		{"outbox", "stopping a relay counts as a failure", `case ctx.Err() != nil: // interrupted, not failed`,
			`case false:`},
	}},
	{"supervision/service/worker.go", serviceTests, []mutant{
		{"worker", "one order that cannot be saved holds up the others", `	for i := range changes {`,
			`	for i := range changes[:1] {`},
		{"worker", "a worker goes on after its context has ended", `	for ctx.Err() == nil {`, `	for range 3 {`},
	}},
}

// documents are bugs in what an order, and a policy, are as JSON.
var documents = []plot{
	{"supervision/view.go", coreTests, []mutant{
		{"R34", "a party is shown the managers' notes", `o.Appeal = o.Appeal.Shared()`, `_ = o.Appeal.Shared()`},
		{"R34", "the record of a note shows it", `ok && !actor.seesAll()`, `ok && actor.Role == ""`},
		{"R34", "a manager is shown a party's key", `actor.Role != RoleSystem && !actor.is(r.Actor)`,
			`!actor.seesAll() && !actor.is(r.Actor)`},
	}},
	{"supervision/record.go", coreTests, []mutant{
		{"R22", "a key is the person's", `return string(r.Actor.Role) + "\t"`,
			`return string(r.Actor.Role) + r.Actor.User + "\t"`},
		{"R28", "a key is everybody's", `string(r.Actor.Role) + "\t" + r.Actor.ID + "\t" + r.Key`, `r.Key`},
	}},
	{"supervision/validate.go", coreTests, []mutant{
		{"JSON", "a frozen order without its appeal is read", `f.present("appeal", frozen,`,
			`f.present("appeal", canceled,`},
		{"JSON", "an order whose turn began before it opened is read", `o.TurnSince, o.OpenedAt, o.UpdatedAt)`,
			`o.TurnSince, time.Time{}, o.UpdatedAt)`},
	}},
	{"supervision/policy_json.go", coreTests, []mutant{
		{"R25", "a policy is read without being checked",
			"	if err := read.Validate(); err != nil {\n		return err\n	}\n", ``},
	}},
}
