package main

// The stores' tests run the contract of package storetest.
var memoryTests = []string{"./store/memory"}

// memories are bugs in the memory store.
var memories = []plot{
	{"store/memory/store.go", memoryTests, []mutant{
		{"compare and swap", "an update that comes second overwrites the first", `v != change.Before {`,
			`v < change.Before {`},
		{"half a save", "only new orders' records reach the outbox", `if change.Relay {`,
			`if change.Relay && change.Before == 0 {`},
		{"half a save", "an order without what its listing says is found",
			`			o.order, o.listing = change.Order.Clone(), change.Order.Listing()`,
			"			o.order = change.Order.Clone()\n			if fresh {\n				o.listing = " +
				"o.order.Listing()\n			}"},
		{"half a save", "one conflict fails every change of a save", `fresh != (v == 0) ||`,
			`others != nil || fresh != (v == 0) ||`},
		{"half a save", "only the first record of a save is kept", `range change.Records {`,
			`range change.Records[:1] {`},
		{"contexts", "a write does not look at its context",
			"return locked(ctx, s, func() (others []string) {",
			"return locked(context.WithoutCancel(ctx), s, func() (others []string) {"},
		{"R21", "what could not be read again is stored", `change.Validate(); err != nil {`,
			`change.Validate(); err != nil && len(changes) > 9 {`},
		{"R22", "an id that is taken is given away again", `fresh != (v == 0) ||`, `!fresh && v == 0 || !fresh &&`},
		{"R28", "a key is not found again", `record.OwnedKey() == key {`,
			`record.OwnedKey() == key && record.Seq == 1 {`},
		{"R04", "a published version is replaced", `t.Version != s.latest(`, `t.Version > s.latest(`},
	}},
	{"store/memory/outbox.go", memoryTests, []mutant{
		{"outbox", "a claim is never given up", `w.ClaimedUntil.After(at)`,
			`!w.ClaimedUntil.IsZero()`},
		{"outbox", "orders that wait shortest are claimed first", `s.since(w.RecordID).Compare(s.since(v.RecordID))`,
			`s.since(v.RecordID).Compare(s.since(w.RecordID))`},
		{"outbox", "failing orders go before fresh ones", `w.Next.Compare(v.Next)`, `v.Next.Compare(w.Next)`},
		{"outbox", "a failing order is tried again at once", ` || w.Next.After(at)`, ``},
		{"outbox", "what is set aside is in the way", `!w.Aside && (head`, `(head`},
	}},
}

// The tests of the SQL store need drivers, and so live in the module of the
// checks. Some of these bugs show on a server only.
var databaseTests = []string{"./internal/verify/sqlstore"}

// databases are bugs in the SQL store.
var databases = []plot{
	{"store/sqlstore/sqlite.go", databaseTests, []mutant{
		{"compare and swap", "SQLite: the update does not ask for the version", `WHERE id = ? AND version = ?`,
			`WHERE id = ? AND version >= ?`},
		{"half a save", "SQLite: only new orders' records reach the outbox", `if !row.relay {`,
			`if !row.relay || row.Seq > 1 {`},
	}},
	{"store/sqlstore/postgres.go", databaseTests, []mutant{
		{"compare and swap", "PostgreSQL: the update does not ask for the version", `o.version = i.before`,
			`o.version >= i.before`},
		{"half a save", "PostgreSQL: records of orders that lost are added", `JOIN saved s ON s.id = i.order_id`,
			`LEFT JOIN saved s ON s.id = i.order_id`},
	}},
	{"store/sqlstore/postgres.go", []string{"./store/sqlstore"}, []mutant{
		{"documents", "PostgreSQL: a value that is none moves the others up", `	c.WriteByte(separator)
}`, `	if value != nil {
		c.WriteByte(separator)
	}
}`},
	}},
	{"store/sqlstore/mysql.go", databaseTests, []mutant{
		{"compare and swap", "MySQL: a batch overwrites orders that have moved on", `version != row.order.before {`,
			`version < row.order.before {`},
		{"compare and swap", "MariaDB: a save that comes too late leaves its record", `IF ROW_COUNT() = 1 THEN`,
			`IF ROW_COUNT() >= 0 THEN`},
		{"half a save", "MariaDB: a save that fails leaves its transaction open", `BEGIN ROLLBACK; RESIGNAL; END`,
			`BEGIN RESIGNAL; END`},
	}},
	{"store/sqlstore/outbox.go", databaseTests, []mutant{
		{"outbox", "SQL: a claim takes what others have claimed meanwhile", ` AND claimed_until <= ? AND (lane = 0 OR`,
			` AND claimed_until >= 0 * ? AND (lane = 0 OR`},
		{"outbox", "PostgreSQL: a claim takes what others have claimed", `CASE WHEN claimed_until <= ? THEN`,
			`CASE WHEN claimed_until >= 0 * ? THEN`},
		{"outbox", "SQL: a claim begins in the middle of an order", `e.order_id = h.order_id AND e.lane < 2)
ORDER BY`,
			`e.order_id = h.order_id AND e.lane < 2 AND e.claimed_until <= 0)
ORDER BY`},
		{"outbox", "SQL: who comes too late returns what others have claimed",
			`AND claimed_until = coalesce(?, claimed_until)`, `AND claimed_until <> coalesce(?, -1)`},
	}},
	{"store/sqlstore/naming.go", databaseTests, []mutant{
		{"R28", "SQL: a key of another order is found", `ON r.order_id = o.id AND r.idem_key = ?`, `ON r.idem_key = ?`},
		{"order list", "SQL: a page skips what has the instant at which the one before ended",
			`return "(" + column + ", id) " + op + " (?, ?)"`,
			`return column + " " + op + " ? AND ? <> ''"`},
	}},
	{"store/sqlstore/rows.go", databaseTests, []mutant{
		{"instants", "SQL: instants are cut to milliseconds", `	return t.UnixMicro()`,
			`	return t.UnixMilli() * 1000`},
	}},
	{"store/sqlstore/search.go", databaseTests, []mutant{
		{"R02", "SQL: orders that time has closed are found as they are stored", `WHEN closed_at <= ? THEN`,
			`WHEN closed_at <= 0 * ? THEN`},
		{"R02", "SQL: what is due is found at the status that it has left", `"(due IS NULL OR due > ?)"`,
			`"(due IS NULL OR due > 0 * ?)"`},
		{"R14", "SQL: an appeal is open in the blackout", `OR blackout_ends <= ?)`,
			`OR blackout_ends > 0 * ?)`},
		{"R22", "SQL: ids are compared without their case", `w.and(column+" = ?", ids[0])`,
			`w.and("lower("+column+") = lower(?)", ids[0])`},
		{"order list", "SQL: a count does not stop at its limit", `strings.Join(parts, " UNION ALL ")+most`,
			`strings.Join(parts, " UNION ALL ")`},
		{"order list", "SQL: of orders opened at one instant the smallest id comes first",
			`" ORDER BY " + by.column + by.direction + ", id" + by.direction`,
			`" ORDER BY " + by.column + by.direction + ", id"`},
	}},
	{"store/sqlstore/upcoming.go", databaseTests, []mutant{
		{"R19", "SQL: a ruling is listed as late at the last instant that is on time", `"status = 'frozen'", 1}`,
			`"status = 'frozen'", 0}`},
		{"R02", "SQL: what has been completed is upcoming", ` AND status NOT IN ('completed', 'canceled')`, ``},
	}},
	{"store/sqlstore/write.go", databaseTests, []mutant{
		{"unknown outcome", "MariaDB: a lost connection is a failed save", `if err != nil && !answered(err) {
			return unknown(err)
		} else if err != nil {
			return err
		}
		n, err`, `if err != nil {
			return err
		}
		n, err`},
		{"half a save", "SQL: half of a failed save stays in the host's transaction",
			`"ROLLBACK TO SAVEPOINT serviceflow"`, `"RELEASE SAVEPOINT serviceflow"`},
	}},
}
