package machine

// Row is one transition. A table has one row for each triple of From, Event
// and To; where several parties may fire it, By names them all.
type Row struct {
	From, Event, To string

	// By, Timer and Rule only label drawings: who fires the transition, the
	// delay after which it is due, and the rule it comes from. Each may be
	// empty.
	By, Timer, Rule string
}

// Spec is a whole table. Its statuses and events are those that it names.
type Spec struct {
	Initial []string // where a flow may begin
	Final   []string // where it ends
	Rows    []Row
}
