package main

// retentions are bugs in what is kept, handed over and erased.
var retentions = []plot{
	{"supervision/erase.go", coreTests, []mutant{
		{"R35", "an erased order keeps the demand of its appeal",
			`a.Reason, a.Demand = erased(a.Reason), erased(a.Demand)`,
			`a.Reason = erased(a.Reason)`},
		{"R35", "an order is erased twice", `if !o.ErasedAt.IsZero() {`, `if o.ErasedAt.Equal(o.OpenedAt) {`},
	}},
	{"supervision/instant.go", coreTests, []mutant{
		{"R35", "an erasure closes the order anew", `if r.To.Final() && o.ClosedAt.IsZero() {`, `if r.To.Final() {`},
	}},
	{"supervision/audit/digest.go", []string{"./supervision/audit"}, []mutant{
		{"R35", "an erasure changes the digest", `sealed, err := r.Erase()`, `sealed, err := r, error(nil)`},
	}},
	{"supervision/audit/verify.go", []string{"./supervision/audit"}, []mutant{
		{"R35", "records count as erased without an erasure", `case r.Seal != "" && r.Seq > last:`,
			`case r.Seal != "" && r.Seq > last+1000:`},
	}},
	{"supervision/service/archive.go", serviceTests, []mutant{
		{"R35", "an order is removed that the sink has refused",
			"if err := sink(ctx, history); err != nil {\n		return false, err\n	}", `_ = sink(ctx, history)`},
		{"R35", "an order that closed at the instant is archived", `filter.Closed.Before = closedBefore`,
			`filter.Closed.Before = closedBefore.Add(1)`},
	}},
	{"supervision/service/history.go", serviceTests, []mutant{
		{"R21", "an order that is set back to an older version verifies", `	if h.Digest, err =`,
			`	h.Records = h.Records[:min(len(h.Records), int(order.Version))]` + "\n" + `	if h.Digest, err =`},
		{"R35", "an order that is erased while it is read looks altered", `order.Version != h.Order.Version {`,
			`order.Version < h.Order.Version {`},
	}},
	{"store/memory/store.go", memoryTests, []mutant{
		{"R35", "an order is removed while a record waits", `if waiting.Order == id {`, `if waiting.Order == "" {`},
		{"R35", "what waits to be relayed is not erased", `record := range erased {`, `record := range erased[:0] {`},
	}},
	{"store/sqlstore/retention.go", databaseTests, []mutant{
		{"R35", "SQL: an order is removed whatever its version", `WHERE id = ? AND version = ?` + "\nAND NOT",
			`WHERE id = ? AND version >= 0 * ?` + "\nAND NOT"},
	}},
}
