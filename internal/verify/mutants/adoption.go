package main

// adoptions are bugs in taking over what another system has led.
var adoptions = []plot{
	{"supervision/adopt.go", coreTests, []mutant{
		{"R29", "silence counts from the adoption", `o.TurnSince = a.TurnSince`, `o.TurnSince = a.AdoptedAt`},
		{"R29", "what was due before an adoption happens at it", `At: adoption.last()`, `At: at`},
		{"R29", "what lies after the adoption is taken", `a.Status, 1, c.at`, `a.Status, 1, c.at.Add(Day)`},
		{"R34", "a party is shown what was recorded elsewhere", `return !q.Shared`, `return false`},
		{"R15", "a step that the snapshot does not show is shown as done", `AwaitingDelivery:   a.Delivery != nil`,
			`AwaitingDelivery:   true`},
	}},
	{"supervision/service/adopt.go", serviceTests, []mutant{
		{"R29", "what is due at the adoption is left to a worker", `	order, due := order.Settle(at)` + "\n",
			"	var due []supervision.Record\n"},
	}},
}
