package service

import (
	"context"
	"strconv"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
)

// The bounds of counting: an exact number is of no use to a reader, and has a
// price.
const (
	mostCounted = 1000
	mostCounts  = 20
	countTo     = mostCounted + 1 // which tells whether there are more
)

// Count is how many orders there are, up to 1,000.
type Count struct {
	Orders int `json:"orders"`
	// More says that there are more than that.
	More bool `json:"more"`
}

// String returns the number, such as 7 or 1000+.
func (c Count) String() string {
	if c.More {
		return strconv.Itoa(c.Orders) + "+"
	}
	return strconv.Itoa(c.Orders)
}

// Count counts for the tabs of a page: for each criteria, at most 20, how many
// orders Search would find for the actor (R22), all in one round trip. Errors:
// [*InvalidError] for faulty criteria or actor, and the store's own.
func (s *Service) Count(ctx context.Context, actor supervision.Actor,
	criteria ...supervision.Criteria) ([]Count, error) {
	var f faults
	f.join(actor.Validate())
	if len(criteria) > mostCounts {
		f.Put("criteria", supervision.Fault{Code: fault.TooMany, Max: strconv.Itoa(mostCounts),
			Message: "count for at most " + strconv.Itoa(mostCounts)})
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	at := s.Now()
	var filters []supervision.Filter
	var asked []int // the criteria that something may match
	for i, c := range criteria {
		filter, none, err := supervision.Query{Criteria: c}.Filter(actor, at)
		f.Within("criteria["+strconv.Itoa(i)+"]", err)
		if !none {
			filters, asked = append(filters, filter), append(asked, i)
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	counts := make([]Count, len(criteria))
	if len(filters) == 0 {
		return counts, nil
	}
	found, err := s.store.Count(ctx, countTo, filters...)
	if err != nil {
		return nil, err
	}
	for i, n := range found {
		counts[asked[i]] = counted(n)
	}
	return counts, nil
}

// counted is what a store has counted, up to one more than mostCounted.
func counted(n int) Count { return Count{min(n, mostCounted), n > mostCounted} }
