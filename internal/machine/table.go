package machine

import "fmt"

// Enum is a closed enumeration whose values count from 1; the zero value means
// none. Statuses go up to MaxStatus. String gives a declared value its name.
type Enum interface {
	~uint8
	comparable
	fmt.Stringer
}

// MaxStatus is the largest status value that Compile takes: the destinations
// of a status are kept as one 64-bit set, in which bit 0 is none.
const MaxStatus = 63

// Row is one transition as data, so that a table can be printed, drawn,
// compared and exhaustively checked. There is one row for each triple of From,
// Event and To; where several parties may fire it, By names them all.
type Row[S, E Enum] struct {
	From  S
	Event E
	To    S

	// By, Timer and Rule are labels for drawings and tables, and nothing else:
	// who fires the transition, the delay after which it is due, and the rule
	// it comes from. Empty means there is nothing to say.
	By, Timer, Rule string
}

// Spec is a whole table: every status and event there is, where a flow may
// begin, where it ends, and the transitions in between.
type Spec[S, E Enum] struct {
	Initial  []S
	Final    []S
	Statuses []S
	Events   []E
	Rows     []Row[S, E]
}
