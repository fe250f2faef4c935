package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// TestMany: a seller takes on many requests at once; what stands in the way of
// one is said with it and holds up no other, and pressing twice does nothing
// twice.
func TestMany(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long := strings.Repeat("T", supervision.MaxID) // leaves no room in a key
	for _, id := range []string{"T-1", "T-2", "T-3", long} {
		s.open(t, id, "data-migration", harbor, byBuyer(textRequest("Move "+id+".")))
	}
	s.open(t, "T-4", "data-migration", harbor)
	seller, path := s.as(t, "seller-cloudline"), "/many/accept_request"
	page := seller.get(path)
	assert.Contains(t, seller.get("/orders").body, `href="`+path+`"`)
	assert.Contains(t, page.body, "Move T-2.")
	assert.NotContains(t, page.body, `value="T-4"`, "there is no request to take on")
	assert.NotContains(t, page.body, `value="KG-1030"`, "another seller's")

	chosen := page.form(url.Values{"order": {"T-1", long, "T-2", "T-4", "KG-1030"}})
	asked := seller.post(path, chosen)
	require.Equal(t, http.StatusOK, asked.StatusCode)
	assert.Contains(t, asked.body, "Orders to which this will be done: 3.")
	version := func(id string) int64 { return s.version(t, supervision.Order{ID: id}) }
	require.EqualValues(t, 2, version("T-1"), "nothing happens before")

	_, err := s.svc.Do(t.Context(), "T-2", supervision.Seller("seller-cloudline"),
		supervision.RejectRequest{Reason: "Too vague."})
	require.NoError(t, err)
	chosen.Set("confirm", "yes")
	done := seller.post(path, chosen)
	assert.Contains(t, done.body, "Orders done: 2.")
	assert.NotContains(t, done.body, `value="T-1"`)
	assert.Contains(t, done.body, `value="T-3"`)
	seller.post(path, chosen)
	for id, want := range map[string]int64{"T-1": 3, long: 3, "T-2": 3, "T-3": 2, "T-4": 1} {
		assert.Equal(t, want, version(id), id)
	}

	deliver := "/many/deliver"
	bare := seller.post(deliver, seller.get(deliver).form(url.Values{"order": {"T-1"}, "confirm": {"yes"}}))
	assert.Contains(t, bare.body, "This is required.")
	assert.NotContains(t, bare.body, `type="file"`, "no file goes with many orders")
	require.EqualValues(t, 3, version("T-1"))
	form := seller.get(deliver).form(url.Values{"order": {"T-1"}, "confirm": {"yes"}, "result": {"Moved."}})
	assert.Contains(t, seller.post(deliver, form).body, "Orders done: 1.")
	assert.Equal(t, http.StatusNotFound, seller.get("/many/reject_request").StatusCode)
	assert.Equal(t, http.StatusNotFound, s.as(t, harbor).get(path).StatusCode)
}

// TestAssignee: a case is whose who wrote first on it, or took it in hand.
func TestAssignee(t *testing.T) {
	t.Parallel()
	body := newSite(t).as(t, "manager-tomas").get(appealsPath).body
	assert.Contains(t, body, "handled by Mei Tanaka")
	assert.Contains(t, body, "nobody handles it yet")
}
