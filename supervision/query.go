package supervision

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Query asks for one page of the order list.
type Query struct {
	Criteria
	// Sort is what comes first; the newest where it is zero.
	Sort Sort
	// Limit is how many orders a page holds at most: DefaultPage when 0, at
	// most MaxPage.
	Limit int
	// Cursor is the Next of the page before; empty for the first page. It goes
	// with the same actor, criteria and sort.
	Cursor string
}

// Sort is by what the order list is sorted, and then by id. The zero value is
// [Newest].
type Sort string

// The sorts. But for the first each is a list of the orders that have what it
// sorts by.
const (
	// Newest: what was bought last comes first.
	Newest Sort = "newest"
	// LongestWaiting: the party that has been silent longest comes first; a
	// report of progress ends a silence (R09).
	LongestWaiting Sort = "waiting"
	// ByHandling: the appeal to be ruled on first comes first (R19).
	ByHandling Sort = "handling"
	// ByProposal: the refund that was proposed first, and is not answered yet,
	// comes first (R32).
	ByProposal Sort = "proposal"
)

var sorts = []Sort{Newest, LongestWaiting, ByHandling, ByProposal}

// Sorts lists every sort.
func Sorts() []Sort { return append([]Sort(nil), sorts...) }

// Compare is negative where an order at p comes before one at q, and positive
// where it comes after.
func (s Sort) Compare(p, q Position) int {
	if s == Newest || s == "" {
		return q.Compare(p)
	}
	return p.Compare(q)
}

// Filter is a query as a store gets it: checked, and narrowed to what the actor
// may see.
type Filter struct {
	Criteria
	// At is the instant of the search: statuses are those that time has made by
	// then.
	At time.Time
	// Sort is what comes first; the zero value is Newest.
	Sort Sort
	// After is the last position of the page before; zero for the first page.
	After Position
	// Limit is how many orders to return at most; positive.
	Limit int
	// Whole asks for the orders. Without it a store returns their listings, and
	// reads no order for them.
	Whole bool
}

// Matches reports whether an order belongs to the result, its place in it
// aside. A store may express the same in its own language.
func (f Filter) Matches(l Listing) bool {
	switch f.Sort {
	case LongestWaiting:
		return l.StatusAt(f.At).Waiting() && f.matches(&l, f.At)
	case ByHandling:
		return !l.HandleBy.IsZero() && f.matches(&l, f.At)
	case ByProposal:
		return !l.ProposedAt.IsZero() && !l.StatusAt(f.At).Final() && f.matches(&l, f.At)
	}
	return f.matches(&l, f.At)
}

// Behind reports whether a position comes after that of the page before.
func (f Filter) Behind(p Position) bool {
	return f.After == Position{} || f.Sort.Compare(p, f.After) > 0
}

// Filter checks a query and narrows it to what the actor may see (R22); none
// says that nothing can match. A faulty query, cursor or actor gives an
// [*InvalidError].
func (q Query) Filter(actor Actor, at time.Time) (filter Filter, none bool, err error) {
	var f faults
	f.actor(actor)
	q = f.query(q)
	filter = Filter{Criteria: q.Criteria, At: cut(at), Sort: q.Sort, Limit: q.Limit}
	none = filter.narrow(actor)
	if q.Cursor != "" {
		filter.After = f.cursor(q.Cursor, filter.digest())
	}
	return filter, none, f.err()
}

// query returns a query in the one form that means the same, but for its
// cursor.
func (f *faults) query(q Query) Query {
	q.Criteria, q.Sort, q.Limit = f.criteria(q.Criteria), cmp.Or(q.Sort, Newest), cmp.Or(q.Limit, DefaultPage)
	if !slices.Contains(sorts, q.Sort) {
		f.Add("sort", fault.Unknown, "use one of "+fault.Words(sorts))
	}
	f.Range("limit", q.Limit, 1, MaxPage)
	return q
}

// digest ties a cursor to its search. The criteria are narrowed already, so
// another party's cursor is another search's.
func (f Filter) digest() uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%#v %s", f.Criteria, f.Sort)
	return h.Sum64()
}

type cursorJSON struct {
	At     int64  `json:"t"`
	ID     string `json:"i"`
	Search uint64 `json:"q"`
}

// Next returns the cursor of the page after a position.
func (f Filter) Next(p Position) string {
	data, _ := json.Marshal(cursorJSON{p.At.UnixMicro(), p.ID, f.digest()}) // cannot fail: two numbers and a string
	return base64.RawURLEncoding.EncodeToString(data)
}

func (f *faults) cursor(cursor string, search uint64) Position {
	var wire cursorJSON
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = fault.Decode("supervision: cursor", data, &wire)
	}
	before := len(f.List)
	f.ID("cursor", wire.ID)
	if len(f.List) > before || err != nil || wire.Search != search {
		f.List = f.List[:before]
		f.Add("cursor", fault.Malformed, "pass the Next of a page of the same search")
	}
	return Position{time.UnixMicro(wire.At).UTC(), wire.ID}
}
