package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

func (s *site) held(t *testing.T, o supervision.Order) (n int) {
	t.Helper()
	require.NoError(t, s.db.QueryRow(`SELECT count(*) FROM portal_upload WHERE order_id = $1`, o.ID).Scan(&n))
	return n
}

// attach uploads one file for a form, as the page's script does.
func (p *person) attach(path string, form url.Values, name, content string) answer {
	p.t.Helper()
	typed := url.Values{"operation": form["operation"], "key": form["key"], "confirm": {"upload"},
		"input": {"attachments"}}
	return p.send(path, typed, upload{"attachments", name, content})
}

var refs = regexp.MustCompile(`value="(sha256:[0-9a-f]{64}/[^"]+)"`)

// ref is how a form refers to the file that an answer shows.
func (a answer) ref(t *testing.T) string {
	t.Helper()
	found := refs.FindStringSubmatch(a.body)
	require.NotNil(t, found, a.body)
	return found[1]
}

// TestUpload_QuotaOfEachParty: nobody fills up the place of the other party's
// evidence, nor that of another operation's.
func TestUpload_QuotaOfEachParty(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	seller, buyer := s.as(t, "seller-cloudline"), s.as(t, harbor)
	flood := seller.get(at(order, "deliver")).form(nil)
	for i := range maxFiles {
		require.Equal(t, http.StatusOK,
			seller.attach(at(order, "deliver"), flood, fmt.Sprintf("%d.txt", i), fmt.Sprint(i)).StatusCode)
	}
	full := seller.attach(at(order, "deliver"), flood, "more.txt", "more")
	assert.Equal(t, http.StatusUnprocessableEntity, full.StatusCode)
	assert.Contains(t, full.body, "This order holds as many of your files as it can.")
	next := s.open(t, "T-next", "data-migration", harbor, underWay...)
	form := seller.get(at(next, "deliver")).form(nil)
	assert.Equal(t, http.StatusOK, seller.attach(at(next, "deliver"), form, "a.txt", "a").StatusCode,
		"another order has room")

	for _, party := range []*person{buyer, seller} {
		appeal := party.get(at(order, "raise_appeal")).form(nil)
		assert.Equal(t, http.StatusOK, party.attach(at(order, "raise_appeal"), appeal, "proof.txt", "proof").StatusCode)
	}
	_, err := s.db.Exec(`UPDATE portal_upload SET operation = 'raise_appeal' WHERE order_id = $1`, order.ID)
	require.NoError(t, err)
	for party, want := range map[*person]int{buyer: http.StatusOK, seller: http.StatusUnprocessableEntity} {
		appeal := party.get(at(order, "raise_appeal")).form(nil)
		assert.Equal(t, want, party.attach(at(order, "raise_appeal"), appeal, "again.txt", "again").StatusCode)
	}
}

// TestUpload_PermitFirst: what cannot be performed stores nothing.
func TestUpload_PermitFirst(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	buyer := s.as(t, harbor)
	forged := func(op supervision.Operation) url.Values {
		return url.Values{"operation": {string(op)}, "key": {"k"}, "version": {"3"}, "confirm": {"yes"}}
	}
	for task, op := range map[string]supervision.Operation{"submit_request": supervision.OpSubmitRequest,
		"deliver": supervision.OpDeliver, "ruling": supervision.OpAddNote} {
		buyer.send(at(order, task), forged(op), upload{"attachments", "a.txt", "a"})
		assert.Equal(t, http.StatusConflict, buyer.attach(at(order, task), forged(op), "a.txt", "a").StatusCode, task)
	}
	keyless := forged(supervision.OpRaiseAppeal)
	keyless.Del("key")
	for _, form := range []url.Values{forged(supervision.OpDeliver), keyless} {
		assert.Equal(t, http.StatusBadRequest, buyer.attach(at(order, "raise_appeal"), form, "a.txt", "a").StatusCode)
	}
	assert.Zero(t, s.held(t, order))
}

// TestUpload_BelongsToItsForm: neither the other party nor another form of the
// same account can refer to what has only been uploaded.
func TestUpload_BelongsToItsForm(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	seller, buyer := s.as(t, "seller-cloudline"), s.as(t, harbor)
	form := seller.get(at(order, "raise_appeal")).form(nil)
	ref := seller.attach(at(order, "raise_appeal"), form, "secret.txt", "secret").ref(t)
	assert.Equal(t, ref, seller.attach(at(order, "raise_appeal"), form, "secret.txt", "secret").ref(t))
	require.Equal(t, 1, s.held(t, order), "a file that is sent again is the same")
	typed := url.Values{"ground": {"unconditional"}, "reason": {"r"}, "demand": {"d"}, "attachments": {ref}}
	for _, p := range []*person{seller, buyer} {
		other := p.send(at(order, "raise_appeal"), p.get(at(order, "raise_appeal")).form(typed))
		assert.Equal(t, http.StatusUnprocessableEntity, other.StatusCode)
		assert.Contains(t, other.body, "Choose the file again.")
		assert.Equal(t, http.StatusNotFound, p.get(at(order, "files", ref)).StatusCode)
	}
	form["ground"], form["reason"], form["demand"], form["attachments"] = typed["ground"], typed["reason"],
		typed["demand"], typed["attachments"]
	assert.Equal(t, http.StatusOK, seller.send(at(order, "raise_appeal"), form).StatusCode)
	own := seller.get(at(order, "raise_appeal")).form(typed)
	own["attachments"] = []string{seller.attach(at(order, "raise_appeal"), own, "secret.txt", "secret").ref(t)}
	assert.Equal(t, http.StatusOK, seller.send(at(order, "raise_appeal"), own).StatusCode,
		"with the same file of its own it can")
}

// TestUpload_KeyOfAnother: not even whoever knows the key of a form can refer to
// its files, be it the other party's or on another order.
func TestUpload_KeyOfAnother(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	seller, buyer := s.as(t, "seller-cloudline"), s.as(t, harbor)
	path := at(order, "raise_appeal")
	form := seller.get(path).form(nil)
	ref := seller.attach(path, form, "secret.txt", "secret").ref(t)
	stolen := buyer.send(path, buyer.get(path).form(url.Values{"key": form["key"], "ground": {"unconditional"},
		"reason": {"r"}, "demand": {"d"}, "attachments": {ref}}))
	assert.Equal(t, http.StatusUnprocessableEntity, stolen.StatusCode)
	assert.Contains(t, stolen.body, "Choose the file again.")

	next := s.open(t, "T-next", "data-migration", harbor)
	own := buyer.get(path).form(nil)
	elsewhere := buyer.send(at(next, "submit_request"), buyer.get(at(next, "submit_request")).form(url.Values{
		"key": own["key"], "text": {"x"}, "attachments": {buyer.attach(path, own, "mine.txt", "mine").ref(t)}}))
	assert.Equal(t, http.StatusUnprocessableEntity, elsewhere.StatusCode, "nor with its own on another order")
}

// TestUpload_Unsent: what is uploaded for one form stays when another is sent,
// up to so many bytes of an account.
func TestUpload_Unsent(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingDelivery)
	seller, path := s.as(t, "seller-cloudline"), at(order, "deliver")
	other := seller.get(path).form(nil)
	ref := seller.attach(path, other, "other.txt", "other").ref(t)
	report := seller.get(at(order, "report_progress")).form(url.Values{"text": {"Half of it."}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther, seller.send(at(order, "report_progress"), report).StatusCode)
	require.Equal(t, 1, s.held(t, order))

	more := func() answer { return seller.attach(path, other, "more.txt", "more") }
	_, err := s.db.Exec(`UPDATE portal_upload SET size = $1 WHERE order_id = $2`, maxStaged-len("more")+1, order.ID)
	require.NoError(t, err)
	assert.Contains(t, more().body, "This order holds as many of your files as it can.")
	next := s.open(t, "T-next", "data-migration", harbor)
	buyer, ask := s.as(t, harbor), at(next, "submit_request")
	assert.Equal(t, http.StatusOK, buyer.attach(ask, buyer.get(ask).form(nil), "a.txt", "a list").StatusCode,
		"what others have not sent is theirs")
	_, err = s.db.Exec(`UPDATE portal_upload SET size = $1 WHERE order_id = $2`, maxStaged-len("more"), order.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, more().StatusCode)
	_, err = s.db.Exec(`UPDATE portal_upload SET size = $1, kept = 1 WHERE name = 'other.txt'`, maxStaged)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, seller.attach(path, other, "last.txt", "last").StatusCode,
		"what is sent counts no more")
	assert.Contains(t, ref, "other.txt")
}

// TestFileName_IsItsUploaders: whoever has the same bytes gives them a name of
// its own; neither names the other's.
func TestFileName_IsItsUploaders(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer, seller := s.as(t, harbor), s.as(t, "seller-cloudline")
	const bytes = "the same bytes"
	typed := buyer.get(at(order, "submit_request")).form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther,
		buyer.send(at(order, "submit_request"), typed, upload{"attachments", "forged.txt", bytes}).StatusCode)
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Seller(order.Seller), supervision.AcceptRequest{})
	require.NoError(t, err)
	typed = seller.get(at(order, "deliver")).form(url.Values{"result": {"Moved."}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther,
		seller.send(at(order, "deliver"), typed, upload{"attachments", "protocol.txt", bytes}).StatusCode)

	delivered, err := s.svc.Order(t.Context(), order.ID, supervision.System())
	require.NoError(t, err)
	a := delivered.Delivery.Attachments[0]
	assert.Equal(t, "protocol.txt", a.Name)
	got := buyer.get(link(order, a))
	assert.Equal(t, bytes, got.body)
	assert.Equal(t, "attachment; filename=protocol.txt", got.Header.Get("Content-Disposition"))
	a.Name = "never heard of.txt"
	assert.Equal(t, http.StatusNotFound, buyer.get(link(order, a)).StatusCode)
}

// TestDownload_OpensNothing: whatever a file is called, the browser saves it.
func TestDownload_OpensNothing(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer, path := s.as(t, harbor), at(order, "submit_request")
	typed := buyer.get(path).form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	names := []string{"plan.txt", "plan.pdf", "plan.html", "plan.svg", "plan.png"}
	for _, name := range names {
		typed.Add("attachments", buyer.attach(path, typed, name, "<script>"+name).ref(t))
	}
	require.Equal(t, http.StatusSeeOther, buyer.send(path, typed).StatusCode)
	for i, name := range names {
		got := buyer.get(at(order, "files", typed["attachments"][i]))
		assert.Equal(t, "<script>"+name, got.body)
		assert.Equal(t, "attachment; filename="+name, got.Header.Get("Content-Disposition"))
		assert.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"))
	}
}

// TestNotesFiles: the file of a note that the managers keep to themselves is
// theirs as well (R34).
func TestNotesFiles(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor),
		supervision.RaiseAppeal{Ground: "unconditional", Reason: "r", Demand: "d",
			Attachments: []supervision.Attachment{{Name: "a.txt", Ref: "files/a"}}})
	require.NoError(t, err)
	manager := s.as(t, "manager-mei")
	for shared, want := range map[string]int{"no": http.StatusNotFound, "yes": http.StatusOK} {
		typed := manager.get(at(order, "ruling")).form(url.Values{"operation": {"add_note"}, "text": {"Look."},
			"shared": {shared}, "confirm": {"yes"}, "version": {fmt.Sprint(s.version(t, order))}, "key": {shared}})
		ref := manager.attach(at(order, "ruling"), typed, shared+".txt", shared).ref(t)
		typed.Set("attachments", ref)
		require.Equal(t, http.StatusSeeOther, manager.send(at(order, "ruling"), typed).StatusCode)
		assert.Equal(t, want, s.as(t, harbor).get(at(order, "files", ref)).StatusCode, shared)
		assert.Equal(t, http.StatusOK, manager.get(at(order, "files", ref)).StatusCode)
	}
}

// TestSweep: what no record refers to is removed after a day; what one does
// stays, even if the portal stopped before it took note of that.
func TestSweep(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.as(t, harbor)
	form := buyer.get(at(order, "submit_request")).form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	form.Add("attachments", buyer.attach(at(order, "submit_request"), form, "sent.txt", "sent").ref(t))
	buyer.attach(at(order, "submit_request"), form, "left out.txt", "sent").ref(t)
	require.Equal(t, http.StatusSeeOther, buyer.send(at(order, "submit_request"), form).StatusCode)
	require.Equal(t, 1, s.held(t, order), "with the operation goes what its form left out")

	stray := url.Values{"operation": {"remind"}, "key": {"stray"}}
	buyer.attach(at(order, "remind"), stray, "stray.txt", "stray")
	require.Equal(t, 2, s.held(t, order))
	_, err := s.db.Exec(`UPDATE portal_upload SET kept = 0 WHERE name = 'sent.txt'`)
	require.NoError(t, err)
	require.NoError(t, s.sweep(t.Context(), time.Now().Add(stagedFor-time.Minute)))
	require.Equal(t, 2, s.held(t, order), "not before a day has passed")
	for range 2 {
		require.NoError(t, s.sweep(t.Context(), time.Now().Add(stagedFor+time.Minute)))
		require.Equal(t, 1, s.held(t, order))
	}
	assert.Contains(t, buyer.get(at(order)).body, "sent.txt")
	assert.Equal(t, "sent", buyer.get(at(order, "files", form.Get("attachments"))).body)

	for _, key := range []string{"old", "new"} {
		buyer.attach(at(order, "remind"), url.Values{"operation": {"remind"}, "key": {key}}, "same.txt", "same")
	}
	_, err = s.db.Exec(`UPDATE portal_upload SET at = 0 WHERE form = 'old'`)
	require.NoError(t, err)
	require.NoError(t, s.sweep(t.Context(), time.Now()))
	require.Equal(t, 2, s.held(t, order), "the same bytes for a form that is being filled in stay")
}

// TestSweep_UnreadableOrder: an order that cannot be read keeps its files, and
// holds up the sweeping of no other.
func TestSweep_UnreadableOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order, buyer := s.order(t, "data-migration", harbor), s.as(t, harbor)
	path := at(order, "submit_request")
	buyer.attach(path, buyer.get(path).form(nil), "left.txt", "left")
	require.NoError(t, s.db.exec(t.Context(), `INSERT INTO portal_upload
		SELECT 'KG-1024', account, operation, form, digest, name, size, content, kept, at
		FROM portal_upload WHERE order_id = $1`, order.ID))
	broken := supervision.Order{ID: "KG-1024"}
	require.Equal(t, 1, s.held(t, broken))
	s.spoil(t, "serviceflow_orders", "id = 'KG-1024'")
	require.Error(t, s.sweep(t.Context(), time.Now().Add(stagedFor+time.Minute)))
	assert.Equal(t, 1, s.held(t, broken))
	assert.Zero(t, s.held(t, order))
}

func TestFileNameBounds(t *testing.T) {
	long := strings.Repeat("ä", maxFileName) + ".tar.gz"
	for given, want := range map[string]string{
		"a.txt": "a.txt", `C:\Users\x\a.txt`: "a.txt", "../../etc/passwd": "passwd", "..": "file", "": "file",
		"a\x00b\u202egnp.exe": "abgnp.exe", "\u200b": "file", "\xff": "file",
		long: strings.Repeat("ä", maxFileName-3) + ".gz", "\t a .txt ": "a .txt",
		"." + strings.Repeat("x", maxFileName): "." + strings.Repeat("x", maxFileName-9) + ".xxxxxxx",
	} {
		assert.Equal(t, want, fileName(given), given)
	}
}

// link is where a file of an order is downloaded.
func link(o supervision.Order, a supervision.Attachment) string {
	return file{order: o.ID, Digest: a.Ref, Name: a.Name}.Path()
}
