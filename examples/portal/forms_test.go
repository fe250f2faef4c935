package main

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// upload is a file as somebody chooses it.
type upload struct{ input, name, content string }

// send posts a form as a browser does that has files to send.
func (p *person) send(path string, form url.Values, files ...upload) answer {
	p.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			require.NoError(p.t, w.WriteField(name, value))
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.input, f.name)
		require.NoError(p.t, err)
		_, err = part.Write([]byte(f.content))
		require.NoError(p.t, err)
	}
	require.NoError(p.t, w.Close())
	r, err := http.NewRequest(http.MethodPost, p.site.url+path, &body)
	require.NoError(p.t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return p.do(r, nil)
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// form is a page's form as it stands: its hidden inputs, with what is typed.
func (a answer) form(typed url.Values) url.Values {
	form := url.Values{}
	_, body, _ := strings.Cut(a.body, "<main")
	for _, m := range hiddenInput.FindAllStringSubmatch(body, -1) {
		form.Add(m[1], m[2])
	}
	if strings.Contains(body, `name="confirm" value="yes"`) {
		form.Set("confirm", "yes")
	}
	for name, values := range typed {
		form[name] = values
	}
	return form
}

func (s *site) version(t *testing.T, o supervision.Order) int64 {
	t.Helper()
	now, err := s.svc.Order(t.Context(), o.ID, supervision.System())
	require.NoError(t, err)
	return now.Version
}

// TestPerform_AsksBeforeItActs: without a script the portal asks on a page of
// its own, and nothing happens before.
func TestPerform_AsksBeforeItActs(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer := s.as(t, harbor)
	typed := buyer.get(at(order, "submit_request")).form(url.Values{"text": {"Move <b>everything</b>."}})
	asked := buyer.send(at(order, "submit_request"), typed)
	require.Equal(t, http.StatusOK, asked.StatusCode)
	assert.Contains(t, asked.body, "Submit request?")
	assert.Contains(t, asked.body, "Move &lt;b&gt;everything&lt;/b&gt;.")
	assert.Equal(t, order.Version, s.version(t, order))

	confirmed := asked.form(url.Values{"text": {"Move <b>everything</b>."}})
	done := buyer.send(at(order, "submit_request"), confirmed)
	require.Equal(t, http.StatusSeeOther, done.StatusCode)
	assert.Equal(t, order.Version+1, s.version(t, order))

	again := buyer.send(at(order, "submit_request"), confirmed)
	assert.Equal(t, http.StatusSeeOther, again.StatusCode, "pressing twice is no fault")
	assert.Equal(t, order.Version+1, s.version(t, order), "and does nothing twice (R28)")

	confirmed.Set("text", "Something else.")
	other := buyer.send(at(order, "submit_request"), confirmed)
	assert.Equal(t, http.StatusConflict, other.StatusCode)
	assert.Contains(t, other.body, "has been sent before")
	assert.Contains(t, other.body, "Something else.")
	assert.Equal(t, order.Version+1, s.version(t, order))
}

// TestPerform_Conflict: what was written against an older state is not sent,
// and not lost.
func TestPerform_Conflict(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingDelivery)
	seller := s.as(t, "seller-cloudline")
	typed := seller.get(at(order, "deliver")).form(url.Values{"result": {"All moved."}, "confirm": {"yes"}})
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor), supervision.Remind{Text: "How far are you?"})
	require.NoError(t, err)

	late := seller.send(at(order, "deliver"), typed)
	require.Equal(t, http.StatusConflict, late.StatusCode)
	assert.Contains(t, late.body, "How far are you?")
	assert.Contains(t, late.body, "All moved.")
	assert.Equal(t, order.Version+1, s.version(t, order))

	require.Equal(t, http.StatusSeeOther, seller.send(at(order, "deliver"),
		late.form(url.Values{"result": {"All moved."}, "confirm": {"yes"}})).StatusCode)
	assert.Equal(t, order.Version+2, s.version(t, order))
}

// TestPerform_SentBefore: a form that was sent with other words can be sent
// again where that is meant.
func TestPerform_SentBefore(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingDelivery)
	seller, path := s.as(t, "seller-cloudline"), at(order, "report_progress")
	form := seller.get(path).form(url.Values{"text": {"Half of it is moved."}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther, seller.send(path, form).StatusCode)
	form.Set("text", "All of it is moved.")
	again := seller.send(path, form)
	require.Equal(t, http.StatusConflict, again.StatusCode)
	assert.Contains(t, again.body, "This form has been sent before, with other words.")
	meant := again.form(url.Values{"text": {"All of it is moved."}, "confirm": {"yes"}})
	assert.Equal(t, http.StatusSeeOther, seller.send(path, meant).StatusCode)
	assert.Equal(t, order.Version+2, s.version(t, order))
}

// TestPerform_UnknownOutcome: where the database's answer is lost, the form can
// be sent again, even if the order has moved on, and that does it once (R28).
func TestPerform_UnknownOutcome(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	store, shaky := supervisiontest.Break(s.db.store), *s.portal
	var err error
	shaky.svc, err = service.New(store, service.WithClock(s.clock))
	require.NoError(t, err)
	buyer := (&site{portal: &shaky}).hurried(t, time.Minute).as(t, harbor)
	path := at(order, "submit_request")
	form := buyer.get(path).form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Applied: true, Times: -1})
	lost := buyer.send(path, form)
	store.Repair()
	assert.Equal(t, http.StatusServiceUnavailable, lost.StatusCode)
	assert.Contains(t, lost.body, "It is not known whether this has been saved.")
	assert.Contains(t, lost.body, "Move it.</textarea>")
	assert.Contains(t, lost.body, `<button class="main">Submit request</button>`)
	again := lost.form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	assert.Equal(t, http.StatusSeeOther, buyer.send(path, again).StatusCode)
	assert.Equal(t, order.Version+1, s.version(t, order))
}

// TestPerform_Refused: a form whose time has passed is shown as it was filled
// in, with the reason, and cannot be sent.
func TestPerform_Refused(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer, seller := s.as(t, harbor), s.as(t, "seller-cloudline")
	form := func(op supervision.Operation, name, text string) url.Values {
		return url.Values{"operation": {string(op)}, "version": {"1"}, "key": {"k"}, "confirm": {"yes"}, name: {text}}
	}
	early := buyer.send(at(order, "acceptance"), form(supervision.OpRejectProduct, "reason", "I do not like it."))
	assert.Equal(t, http.StatusConflict, early.StatusCode)
	assert.Contains(t, early.body, "This is not possible at the present stage")
	assert.Contains(t, early.body, "I do not like it.")
	assert.NotContains(t, early.body, `<button class="warn">`)

	others := seller.send(at(order, "submit_request"), form(supervision.OpSubmitRequest, "text", "Mine."))
	assert.Equal(t, http.StatusForbidden, others.StatusCode)

	for name, bad := range map[string]url.Values{
		"no operation":             {"text": {"Move it."}},
		"another task's operation": form(supervision.OpDeliver, "result", "Done."),
		"the system's operation":   form(supervision.OpComplete, "result", "Done."),
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, http.StatusBadRequest, buyer.send(at(order, "submit_request"), bad).StatusCode)
		})
	}
	assert.Equal(t, order.Version, s.version(t, order))
}

// TestUploads: files are bounded in size and number, belong to their order, and
// a form that is refused keeps them.
func TestUploads(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingDelivery)
	seller := s.as(t, "seller-cloudline")
	typed := seller.get(at(order, "deliver")).form(url.Values{"confirm": {"yes"}})

	small := upload{"attachments", `..\..\protocol.txt`, "All records moved."}
	large := upload{"attachments", "large.bin", strings.Repeat("x", maxFile+1)}
	refused := seller.send(at(order, "deliver"), typed, small, large, upload{"attachments", "nothing", ""})
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	assert.Contains(t, refused.body, "Choose a file of at most 5 MB.")
	assert.Contains(t, refused.body, "This is required.", "the library's faults come with the portal's")
	assert.Contains(t, refused.body, "protocol.txt")
	assert.NotContains(t, refused.body, `..\`)
	assert.NotContains(t, refused.body, "large.bin")

	empty := seller.send(at(order, "deliver"), typed, upload{"attachments", "nothing", ""})
	assert.Contains(t, empty.body, "Choose a file that is not empty.")

	many := make([]upload, supervision.MaxAttachments+1)
	for i := range many {
		many[i] = upload{"attachments", fmt.Sprintf("%d.txt", i), fmt.Sprint(i)}
	}
	typed.Set("result", "Moved.")
	crowded := seller.send(at(order, "deliver"), typed, many...)
	assert.Equal(t, http.StatusUnprocessableEntity, crowded.StatusCode)
	assert.Contains(t, crowded.body, "Give 20 of them at most.")
	assert.Equal(t, http.StatusUnprocessableEntity, seller.send(at(order, "deliver"), typed, large).StatusCode,
		"nothing is sent without a file that is missing")

	assert.Equal(t, order.Version, s.version(t, order))

	ref := regexp.MustCompile(`sha256:[0-9a-f]{64}/protocol.txt`).FindString(refused.body)
	digest, _, _ := strings.Cut(ref, "/")
	typed["attachments"] = []string{ref, ref}
	require.Equal(t, http.StatusSeeOther, seller.send(at(order, "deliver"), typed).StatusCode)
	delivered, err := s.svc.Order(t.Context(), order.ID, supervision.Seller("seller-cloudline"))
	require.NoError(t, err)
	assert.Equal(t, []supervision.Attachment{{Name: "protocol.txt", Ref: digest, Digest: digest}},
		delivered.Delivery.Attachments)

	file := at(order, "files", ref)
	got := s.as(t, harbor).get(file)
	assert.Equal(t, "All records moved.", got.body)
	assert.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"))
	assert.Equal(t, "attachment; filename=protocol.txt", got.Header.Get("Content-Disposition"))
	assert.Equal(t, "nosniff", got.Header.Get("X-Content-Type-Options"))
	assert.Equal(t, "no-store", got.Header.Get("Cache-Control"))
	assert.Equal(t, http.StatusNotFound, s.as(t, northwind).get(file).StatusCode,
		"only through an order that one may see (R22)")

	// The file of one order cannot be got at through another, nor attached to
	// it.
	own := s.open(t, "T-own", "data-migration", northwind)
	thief := s.as(t, northwind)
	assert.Equal(t, http.StatusNotFound, thief.get(at(own, "files", ref)).StatusCode)
	stolen := thief.send(at(own, "submit_request"),
		thief.get(at(own, "submit_request")).form(url.Values{"text": {"Mine."}, "attachments": {ref}}))
	assert.Equal(t, http.StatusUnprocessableEntity, stolen.StatusCode)
	assert.Contains(t, stolen.body, "Choose the file again.")
}

// TestProofOfDelivery: a seller that appeals on the buyer's silence at
// acceptance attaches proof (R18).
func TestProofOfDelivery(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingAcceptance)
	s.clock.ahead.Add(int64(5*supervision.Day + supervision.Tick))
	seller := s.as(t, "seller-cloudline")
	typed := seller.get(at(order, "raise_appeal")).form(url.Values{"ground": {"buyer_silent"}, "reason": {"No answer."},
		"demand": {"Accept."}, "confirm": {"yes"}})
	bare := seller.send(at(order, "raise_appeal"), typed)
	require.Equal(t, http.StatusUnprocessableEntity, bare.StatusCode)
	assert.Contains(t, bare.body, "This is required.")
	proven := seller.send(at(order, "raise_appeal"), typed, upload{"attachments", "receipt.pdf", "%PDF"})
	assert.Equal(t, http.StatusSeeOther, proven.StatusCode)
}

// TestFileField: a template's own file question takes a file and keeps it while
// other answers are corrected.
func TestFileField(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "helpdesk", northwind)
	buyer := s.as(t, northwind)
	typed := buyer.get(at(order, "submit_request")).form(url.Values{"values.agents": {"5"}, "confirm": {"yes"}})
	refused := buyer.send(at(order, "submit_request"), typed, upload{"values.logo", "logo.svg", "<svg/>"})
	require.Equal(t, http.StatusUnprocessableEntity, refused.StatusCode)
	digest := regexp.MustCompile(`name="values.logo" value="(sha256:[0-9a-f]{64}/logo.svg)"`).
		FindStringSubmatch(refused.body)
	require.NotNil(t, digest)
	typed.Set("values.site", "https://northwind.example")
	typed.Set("values.logo", digest[1])
	typed.Del("confirm")
	replaced := buyer.send(at(order, "submit_request"), typed, upload{"values.logo", "new.svg", "<svg></svg>"}).body
	assert.Contains(t, replaced, "new.svg")
	assert.NotContains(t, replaced, "logo.svg", "one question takes one file, the last")
	typed.Set("confirm", "yes")
	require.Equal(t, http.StatusSeeOther, buyer.send(at(order, "submit_request"), typed).StatusCode)
	assert.Contains(t, buyer.get(at(order)).body, at(order, "files", digest[1]))
}

// TestRevise: a request that was rejected stands in the form that revises it,
// with its files under their names; what was left unsent goes before it.
func TestRevise(t *testing.T) {
	t.Parallel()
	s, order := freshOrder(t)
	buyer, path := s.as(t, harbor), at(order, "submit_request")
	form := buyer.get(path).form(url.Values{"text": {"Move it."}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther,
		buyer.send(path, form, upload{"attachments", "list.txt", "a list"}).StatusCode)
	reject := bySeller(supervision.RejectRequest{Reason: "Which archive?"})
	s.after(t, order, reject)

	page := buyer.get(path)
	assert.Contains(t, page.body, "Move it.</textarea>")
	ref := page.ref(t)
	form = page.form(url.Values{"text": {"Move the old archive."}, "confirm": {"yes"}})
	form.Set("attachments", strings.Replace(ref, "list.txt", "contract.txt", 1))
	assert.Contains(t, buyer.send(path, form).body, "Choose the file again.", "the same bytes by another name")
	form.Set("attachments", ref)
	require.Equal(t, http.StatusSeeOther, buyer.send(path, form).StatusCode)
	confirming := s.as(t, "seller-cloudline").get(at(order, "confirmation")).body
	assert.Contains(t, confirming, "Move the old archive.")
	assert.NotContains(t, confirming, "Move it.", "it is the last request that the seller decides on")
	s.after(t, order, reject)

	page = buyer.get(path)
	assert.Contains(t, page.body, "Move the old archive.</textarea>")
	assert.Equal(t, ref, page.ref(t))
	form = page.form(url.Values{"text": {"Move both."}, "confirm": {"draft"}})
	require.Equal(t, http.StatusNoContent, buyer.send(path, form).StatusCode)
	assert.Contains(t, buyer.get(path).body, "Move both.</textarea>")
}

// TestCanned: what one wrote is offered again, what is usual before that; to
// nobody else.
func TestCanned(t *testing.T) {
	t.Parallel()
	s, order := orderAt(t, supervision.AwaitingConfirmation)
	seller, path := s.as(t, "seller-cloudline"), at(order, "confirmation")
	page := seller.get(path)
	assert.Contains(t, page.body, "<option>Please name somebody whom we can contact.</option>")
	form := page.form(url.Values{"operation": {"reject_request"}, "reason": {"Which archive?"}, "confirm": {"yes"}})
	require.Equal(t, http.StatusSeeOther, seller.send(path, form).StatusCode)
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Buyer(harbor), textRequest("Move the archive."))
	require.NoError(t, err)
	require.NoError(t, s.sweep(t.Context(), time.Now().Add(2*keptFor)))
	assert.Contains(t, seller.get(path).body, "<option>Which archive?</option>", "however long ago")
	assert.NotContains(t, s.as(t, "seller-brightdesk").get("/orders/KG-1030/confirmation").body, "Which archive?")
}

// TestCanned_AreFew: so many texts are offered again, the newest first and each
// once; neither an essay nor what would fall apart is.
func TestCanned_AreFew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := &visit{portal: s.portal, r: httptest.NewRequest(http.MethodGet, "/", nil), L: s.Tongues[0],
		Who: accounts["seller-cloudline"]}
	offered := func(sent string) []string {
		in := &input{Name: "reason", Values: []string{sent}, Asked: supervision.Input{Kind: supervision.FieldText}}
		f := &form{Operation: supervision.OpRejectRequest, Inputs: inputs{in}}
		v.offerCanned(f, true)
		v.offerCanned(f, false)
		require.NoError(t, v.err)
		return in.Canned
	}
	assert.Len(t, offered("1"), 4, "beside what is usual")
	for _, text := range []string{"2", "3", "4", "5"} {
		offered(text)
	}
	assert.Equal(t, []string{"6", "5", "4", "3", "2"}, offered("6"))
	assert.Equal(t, []string{"4", "6", "5", "3", "2"}, offered(" 4\n"))
	assert.Equal(t, []string{"4", "6", "5", "3", "2"}, offered(" "))
	assert.Equal(t, []string{"4", "6", "5", "3", "2"}, offered(strings.Repeat("x", cannedText+1)))
	assert.Equal(t, []string{"a b", "4", "6", "5", "3"}, offered("a | b"))
}
