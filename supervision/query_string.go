package supervision

import (
	"net/url"
	"strconv"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// QueryKeys lists the keys of a query string that [ParseQuery] reads.
func QueryKeys() []string {
	return []string{"order", "product", "buyer", "seller", "order_status", "status", "turn", "silent_for", "appeal",
		"bought_from", "bought_before", "accepted_from", "accepted_before", "closed_from", "closed_before",
		"sort", "limit", "cursor"}
}

// ParseQuery reads a query from a query string, of which it looks at no other
// keys than [QueryKeys]. Ids may occur several times. A duration is written as
// 120h0m0s, an instant by RFC 3339 or as a date, which stands for its first
// instant in UTC. What is empty is not asked for. The error is an
// [*InvalidError] with every fault, each at its key; only the cursor is for
// [Query.Filter] to check.
func ParseQuery(values url.Values) (Query, error) {
	p := queryParser{values: values}
	q := Query{
		Sort: Sort(p.one("sort")), Limit: p.number("limit"), Cursor: p.one("cursor"),
		Criteria: Criteria{
			Orders: p.all("order"), Products: p.all("product"), Buyers: p.all("buyer"), Sellers: p.all("seller"),
			OrderStatus: OrderStatus(p.one("order_status")), Status: Status(p.one("status")), Turn: Role(p.one("turn")),
			SilentFor: p.duration("silent_for"), Appeal: AppealState(p.one("appeal")),
			Bought:   Span{p.instant("bought_from"), p.instant("bought_before")},
			Accepted: Span{p.instant("accepted_from"), p.instant("accepted_before")},
			Closed:   Span{p.instant("closed_from"), p.instant("closed_before")},
		},
	}
	p.query(q)
	return q, p.err()
}

// Values returns what [ParseQuery] reads as the same query. The first instant
// of a day in UTC is written as a date, as inputs of HTML want one.
func (q Query) Values() url.Values {
	v := make(url.Values)
	add := func(key string, texts ...string) {
		for _, text := range texts {
			if text != "" {
				v.Add(key, text)
			}
		}
	}
	add("order", q.Orders...)
	add("product", q.Products...)
	add("buyer", q.Buyers...)
	add("seller", q.Sellers...)
	add("order_status", string(q.OrderStatus))
	add("status", string(q.Status))
	add("turn", string(q.Turn))
	if q.SilentFor != 0 {
		add("silent_for", q.SilentFor.String())
	}
	add("appeal", string(q.Appeal))
	for key, s := range map[string]Span{"bought": q.Bought, "accepted": q.Accepted, "closed": q.Closed} {
		for bound, at := range map[string]time.Time{"_from": s.From, "_before": s.Before} {
			if !at.IsZero() {
				add(key+bound, dateOrInstant(at.UTC()))
			}
		}
	}
	add("sort", string(q.Sort))
	if q.Limit != 0 {
		add("limit", strconv.Itoa(q.Limit))
	}
	add("cursor", q.Cursor)
	return v
}

func dateOrInstant(at time.Time) string {
	if at.Equal(at.Truncate(Day)) {
		return at.Format(time.DateOnly)
	}
	return at.Format(time.RFC3339Nano)
}

type queryParser struct {
	faults
	values url.Values
}

// all returns the values of a key that are not empty.
func (p *queryParser) all(key string) (list []string) {
	for _, text := range p.values[key] {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

// one returns the value of a key; empty without one.
func (p *queryParser) one(key string) string {
	list := p.all(key)
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	p.Put(key, Fault{Code: fault.TooMany, Max: "1", Message: "give one value"})
	return ""
}

func (p *queryParser) malformed(key, advice string, is bool) {
	if is {
		p.Add(key, fault.Malformed, advice)
	}
}

func (p *queryParser) number(key string) (n int) {
	if text := p.one(key); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		p.malformed(key, "give a number", err != nil)
	}
	return n
}

func (p *queryParser) duration(key string) (d time.Duration) {
	if text := p.one(key); text != "" {
		var err error
		d, err = time.ParseDuration(text)
		p.malformed(key, "give a duration, such as 120h0m0s", err != nil)
	}
	return d
}

func (p *queryParser) instant(key string) (at time.Time) {
	if text := p.one(key); text != "" {
		var err error
		if at, err = time.Parse(time.DateOnly, text); err != nil {
			at, err = time.Parse(time.RFC3339Nano, text)
		}
		p.malformed(key, "give an instant, such as 2026-03-01T09:00:00Z, or a date", err != nil || at.IsZero())
	}
	return at
}
