package supervision_test

import (
	"errors"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaves visits every field of a query that says something by itself.
func leaves(v reflect.Value, name string, visit func(name string, v reflect.Value)) {
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		visit(name, v)
		return
	}
	for i := range v.NumField() {
		leaves(v.Field(i), name+"."+v.Type().Field(i).Name, visit)
	}
}

// A cursor goes with everything that its search was for, and with how it was
// sorted.
func TestQuery_ACursorKnowsEveryCriterion(t *testing.T) {
	filter, _, err := supervision.Query{}.Filter(mia, bought)
	require.NoError(t, err)
	cursor := filter.Next(supervision.Position{At: bought, ID: "o-1"})
	seen := 0
	leaves(reflect.ValueOf(&supervision.Query{}).Elem(), "", func(name string, _ reflect.Value) {
		q := supervision.Query{Cursor: cursor}
		leaves(reflect.ValueOf(&q).Elem(), "", func(another string, v reflect.Value) {
			switch {
			case another != name || name == ".Cursor":
			case v.Kind() == reflect.String:
				v.SetString("x")
			case v.CanInt():
				v.SetInt(7)
			case v.Kind() == reflect.Slice:
				v.Set(reflect.ValueOf([]string{"x"}))
			default:
				v.Set(reflect.ValueOf(bought))
			}
		})
		_, _, err := q.Filter(mia, bought)
		if name == ".Cursor" || name == ".Limit" {
			assert.NoError(t, err, name)
			return
		}
		assert.Contains(t, faultyFields(err), "cursor", name)
		seen++
	})
	assert.Equal(t, 16, seen, "every field counts, and each bound of a span")
}

func faultyFields(err error) (fields []string) {
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Faults {
			fields = append(fields, f.Field)
		}
	}
	return fields
}

// A cursor leads to where its page ended; nothing else passes for one.
func TestQuery_Cursor(t *testing.T) {
	filter, _, err := supervision.Query{}.Filter(mia, bought)
	require.NoError(t, err)
	page := supervision.Position{At: bought.Add(tick), ID: "o-1"}
	filter, _, err = supervision.Query{Cursor: filter.Next(page)}.Filter(mia, bought.Add(day))
	require.NoError(t, err, "however long somebody reads a page")
	assert.Equal(t, page, filter.After)
	for name, cursor := range map[string]string{
		"no base64": "!", "more than one": filter.Next(page) + "!", "no document": "e30x", "an empty one": "e30",
		"no id": filter.Next(supervision.Position{At: bought}), "a bad id": filter.Next(supervision.Position{ID: "\n"}),
	} {
		_, _, err = supervision.Query{Cursor: cursor}.Filter(mia, bought)
		assert.Equal(t, map[string]string{"cursor": "malformed"}, faultsOf(t, err), name)
	}
}

func TestQuery_IDsMeanTheSameInAnyOrder(t *testing.T) {
	some, again := supervision.Query{}, supervision.Query{}
	some.Products, again.Products = []string{"p-2", "p-1", "p-2"}, []string{"p-1", "p-2"}
	given := slices.Clone(some.Products)
	filter, _, err := some.Filter(mia, bought)
	require.NoError(t, err)
	assert.Equal(t, given, some.Products, "what was asked stays as it is")
	again.Cursor = filter.Next(supervision.Position{At: bought, ID: "o-1"})
	_, _, err = again.Filter(mia, bought)
	assert.NoError(t, err)
	again.Products = []string{"p-1 p-2"}
	_, _, err = again.Filter(mia, bought)
	assert.Equal(t, map[string]string{"cursor": "malformed"}, faultsOf(t, err), "one product is not two")
}

func TestQuery_IDsAreBounded(t *testing.T) {
	var q supervision.Query
	for i := range supervision.MaxPage {
		q.Sellers = append(q.Sellers, strconv.Itoa(i))
	}
	_, _, err := q.Filter(mia, bought)
	require.NoError(t, err)
	q.Sellers = append(q.Sellers, "0")
	_, _, err = q.Filter(mia, bought)
	assert.Equal(t, []string{"seller"}, faultyFields(err))
	assert.ErrorContains(t, err, "at most 500")
	assert.Equal(t, "500", mostOf(err, "seller"))
	for _, sellers := range [][]string{{"\n", "\n"}, {sue.ID, "\n"}} {
		q.Sellers = sellers
		_, _, err = q.Filter(mia, bought)
		assert.Equal(t, []string{"seller"}, faultyFields(err), "said once")
	}
}

func TestQuery_FilterOfAPage(t *testing.T) {
	for limit, want := range map[int]int{0: 20, 1: 1, 500: 500} {
		filter, _, err := supervision.Query{Sort: supervision.ByHandling, Limit: limit}.Filter(mia,
			bought.Add(999).In(time.FixedZone("CST", 8*60*60)))
		require.NoError(t, err)
		assert.Equal(t, supervision.Filter{At: bought, Sort: supervision.ByHandling, Limit: want}, filter)
	}
	for _, limit := range []int{-1, 501} {
		_, _, err := supervision.Query{Limit: limit}.Filter(mia, bought)
		assert.Equal(t, []string{"limit"}, faultyFields(err))
	}
}

// The bounds of a span are instants like any other.
func TestQuery_SpansAreChecked(t *testing.T) {
	bounds := func(q *supervision.Query) []*time.Time {
		return []*time.Time{&q.Bought.From, &q.Bought.Before, &q.Accepted.From, &q.Accepted.Before, &q.Closed.From,
			&q.Closed.Before}
	}
	var q supervision.Query
	for _, bound := range bounds(&q) {
		*bound = bought.Add(999)
	}
	filter, _, err := q.Filter(mia, bought)
	require.NoError(t, err)
	want := supervision.Span{From: bought, Before: bought}
	assert.Equal(t, [3]supervision.Span{want, want, want},
		[3]supervision.Span{filter.Bought, filter.Accepted, filter.Closed}, "cut to a tick")
	for _, bound := range bounds(&q) {
		*bound = time.Time{}.Add(day)
	}
	_, _, err = q.Filter(mia, bought)
	assert.Equal(t, []string{"bought_from", "bought_before", "accepted_from", "accepted_before", "closed_from",
		"closed_before"}, faultyFields(err))
}

// R22: whatever a party names, it sees its own orders only.
func TestR22_AFilterIsNarrowed(t *testing.T) {
	for name, c := range map[string]struct {
		actor  supervision.Actor
		buyers []string
		want   []string
		none   bool
	}{
		"a buyer":                           {ben, nil, []string{"ben"}, false},
		"a buyer that names itself":         {ben, []string{"ben"}, []string{"ben"}, false},
		"a buyer that names another":        {ben, []string{"bob"}, []string{"ben"}, true},
		"a buyer that names both":           {ben, []string{"bob", "ben"}, []string{"ben"}, false},
		"a seller that names its customers": {sue, []string{"bob", "ben"}, []string{"ben", "bob"}, false},
		"a manager":                         {mia, []string{"bob"}, []string{"bob"}, false},
		"the system":                        {supervision.System(), nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			q := supervision.Query{}
			q.Buyers = c.buyers
			filter, none, err := q.Filter(c.actor, bought)
			require.NoError(t, err)
			assert.Equal(t, c.none, none)
			assert.Equal(t, c.want, filter.Buyers)
		})
	}
}

// Every field of a query goes through a query string and back, alone and
// together with all others, under the keys that are declared.
func TestQuery_Values(t *testing.T) {
	set := func(q *supervision.Query, only string) {
		leaves(reflect.ValueOf(q).Elem(), "", func(name string, v reflect.Value) {
			switch {
			case only != "" && only != name:
			case v.Type() == reflect.TypeFor[time.Duration]():
				v.SetInt(int64(5*day + tick))
			case v.CanInt():
				v.SetInt(7)
			case v.Kind() == reflect.Slice:
				v.Set(reflect.ValueOf([]string{"o-1", "a b&c=+%"}))
			case v.Kind() == reflect.String:
				v.SetString(map[string]string{".Criteria.OrderStatus": "processing", ".Criteria.Status": "frozen",
					".Criteria.Turn": "manager", ".Criteria.Appeal": "overdue", ".Sort": "handling",
					".Cursor": "x"}[name])
			default:
				v.Set(reflect.ValueOf(bought.Add(tick)))
			}
		})
	}
	through := func(q supervision.Query) url.Values {
		values, err := url.ParseQuery(q.Values().Encode())
		require.NoError(t, err)
		read, err := supervision.ParseQuery(values)
		require.NoError(t, err)
		assert.Equal(t, q, read)
		return values
	}
	assert.Empty(t, through(supervision.Query{}))
	var all supervision.Query
	set(&all, "")
	assert.ElementsMatch(t, supervision.QueryKeys(), slices.Collect(maps.Keys(through(all))))
	leaves(reflect.ValueOf(&all).Elem(), "", func(name string, _ reflect.Value) {
		var one supervision.Query
		set(&one, name)
		assert.Len(t, through(one), 1, name)
	})
}

func TestParseQuery(t *testing.T) {
	q, err := supervision.ParseQuery(url.Values{"bought_from": {"2026-03-02"},
		"bought_before": {"2026-03-02T16:00:00-08:00"},
		"status":        {""}, "buyer": {"", "ben"}, "page": {"2"}})
	require.NoError(t, err)
	want := supervision.Query{}
	want.Buyers = []string{"ben"}
	want.Bought = supervision.Span{From: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Before: q.Bought.Before}
	assert.Equal(t, want, q)
	assert.True(t, q.Bought.Before.Equal(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)))
	assert.Equal(t, "bought_before=2026-03-03&bought_from=2026-03-02&buyer=ben", q.Values().Encode())
}

// Every fault of a query string is at its key, and repeats nothing.
func TestParseQuery_Faults(t *testing.T) {
	values := url.Values{"page": {"secret"}}
	for _, key := range supervision.QueryKeys() {
		values[key] = []string{"secret\n"}
	}
	_, err := supervision.ParseQuery(values)
	want := slices.DeleteFunc(supervision.QueryKeys(), func(key string) bool { return key == "cursor" })
	assert.ElementsMatch(t, want, faultyFields(err))
	assert.NotContains(t, err.Error(), "secret")

	for _, key := range supervision.QueryKeys()[4:] { // behind the ids
		_, err := supervision.ParseQuery(url.Values{key: {"x", "x"}})
		assert.Equal(t, map[string]string{key: "too_many"}, faultsOf(t, err))
		assert.Equal(t, "1", mostOf(err, key))
	}
	for key, text := range map[string]string{"limit": "501", "silent_for": "-1s", "bought_from": "0001-01-01",
		"closed_before": "9999-01-01", "sort": "oldest"} {
		_, err := supervision.ParseQuery(url.Values{key: {text}})
		assert.Equal(t, []string{key}, faultyFields(err), key)
	}
}

// What was open when the order was stored is open to a clock that is behind.
func TestListing_AnOpenAppealIsOpenToASlowClock(t *testing.T) {
	l := begin(t, supervision.Rules2025()).order.Listing()
	for _, at := range []time.Time{bought.Add(-time.Hour), bought, bought.Add(day)} {
		for _, actor := range []supervision.Actor{ben, sue} {
			summary, err := l.For(actor, at)
			require.NoError(t, err)
			assert.Equal(t, [3]time.Time{at, at, at},
				[3]time.Time{summary.At, summary.BuyerAppeal, summary.SellerAppeal})
		}
	}
}
