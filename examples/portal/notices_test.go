package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// TestNotices: whoever did not do it hears of it, once, with what both can do
// now; reading the order marks it read.
func TestNotices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move it.")),
		bySeller(supervision.RejectRequest{Reason: "Which archive?"}))
	buyer, seller := s.as(t, harbor), s.as(t, "seller-cloudline")
	require.Eventually(t, func() bool { return strings.Contains(buyer.get("/notices").body, "Which archive?") },
		patience, 20*time.Millisecond)
	feed := buyer.get("/notices").body
	assert.Contains(t, feed, `You can now: <a href="`+at(order, "submit_request")+`">Submit request</a>`)
	assert.Contains(t, buyer.get("/orders").body, "<title>(")
	assert.NotContains(t, seller.get("/notices").body, "Which archive?", "it was the seller's own doing")
	assert.Contains(t, seller.get("/notices").body, "Request submitted")
	assert.Contains(t, entryOf(seller.get("/notices").body, order), "The other party can now: Submit request")
	assert.NotContains(t, entryOf(feed, order), "The other party can now:")
	assert.NotContains(t, s.as(t, northwind).get("/notices").body, order.ID)

	records, err := s.svc.Records(t.Context(), order.ID, supervision.System(), 0, 10)
	require.NoError(t, err)
	again := func() {
		for _, r := range records {
			require.NoError(t, s.publish(t.Context(), service.Event{ID: r.ID(), Record: r, Buyer: order.Buyer,
				Seller: order.Seller}), "relayed again")
		}
	}
	again()
	assert.Equal(t, 1, strings.Count(buyer.get("/notices").body, "Which archive?"))

	unread := func() (n int) { // of other orders there is news all the time
		_, err := s.db.get(t.Context(), []any{&n},
			`SELECT count(*) FROM portal_notice WHERE account = $1 AND order_id = $2 AND unread = 1`, harbor, order.ID)
		require.NoError(t, err)
		return n
	}
	assert.NotZero(t, unread())
	assert.Contains(t, entryOf(feed, order), ">new<")
	require.Equal(t, http.StatusOK, seller.get(at(order)).StatusCode)
	require.Equal(t, http.StatusSeeOther, seller.post("/notices", nil).StatusCode)
	assert.NotZero(t, unread(), "what others read stays unread")
	require.Equal(t, http.StatusOK, buyer.get(at(order)).StatusCode)
	assert.Zero(t, unread())
	assert.NotContains(t, entryOf(buyer.get("/notices").body, order), ">new<")
	again()
	assert.Zero(t, unread(), "what has been read is no news")
	require.Eventually(t, func() bool {
		return buyer.post("/notices", nil).StatusCode == http.StatusSeeOther &&
			!strings.Contains(buyer.get("/orders").body, "<title>(")
	}, patience, 20*time.Millisecond)
}

// TestNotices_AreOfOneOrder: reading an order leaves the news of others, and
// what has long been stored is none.
func TestNotices_AreOfOneOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.clock.ahead.Add(int64(30 * supervision.Day)) // news is as old as orders are
	buyer := s.as(t, harbor)
	var first, second supervision.Order
	for id, order := range map[string]*supervision.Order{"T-1": &first, "T-2": &second} {
		*order = s.open(t, id, "data-migration", harbor)
		e := service.Event{ID: supervision.RecordID{Order: id, Seq: 1}, Buyer: harbor,
			Record: supervision.Record{Actor: supervision.System(), At: s.svc.Now()}}
		require.NoError(t, s.notify(t.Context(), e))
		e.ID.Seq, e.Record.At = 2, s.svc.Now().Add(-freshFor-time.Second)
		require.NoError(t, s.notify(t.Context(), e))
	}
	unread := func() (ids []string) {
		found, err := s.db.listNotices(t.Context(), `SELECT account, order_id, seq, at, unread FROM portal_notice
			WHERE account = $1 AND order_id IN ('T-1', 'T-2') AND unread = 1 ORDER BY order_id, seq`, harbor)
		require.NoError(t, err)
		for _, n := range found {
			ids = append(ids, fmt.Sprint(n.order, " ", n.seq))
		}
		return ids
	}
	assert.Equal(t, []string{"T-1 1", "T-2 1"}, unread())
	require.Equal(t, http.StatusOK, buyer.get(at(first)).StatusCode)
	assert.Equal(t, []string{"T-2 1"}, unread())
}

// TestNotices_NewestFirst: the feed has so many notices, the newest first.
func TestNotices_NewestFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const first = 1000 // no record has such a number
	for i := range int64(noticesShown + 1) {
		require.NoError(t, s.db.exec(t.Context(), `INSERT INTO portal_notice VALUES ($1, 'KG-1027', $2, $3, 1, 1)`,
			harbor, first+i, s.svc.Now().Add(time.Hour).UnixMicro()+i))
	}
	v := &visit{portal: s.portal, r: httptest.NewRequest(http.MethodGet, "/", nil), L: s.Tongues[0],
		Who: accounts[harbor]}
	feed := v.Notices()
	require.NoError(t, v.err)
	require.Len(t, feed, noticesShown)
	for i, n := range feed {
		assert.EqualValues(t, first+noticesShown-i, n.seq)
	}
}

// TestNotes_AreTheManagers: what a manager notes for itself no page and no file
// says to a party (R34).
func TestNotes_AreTheManagers(t *testing.T) {
	t.Parallel()
	s, order := appealing(t)
	for _, step := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{
		{supervision.Buyer(harbor), supervision.RaiseAppeal{Ground: "unconditional", Reason: "r", Demand: "d",
			Attachments: []supervision.Attachment{{Name: "a.txt", Ref: "files/a"}}}},
		{supervision.Manager("manager-mei"), supervision.AddNote{Text: "Between us."}},
	} {
		_, err := s.svc.Do(t.Context(), order.ID, step.actor, step.action)
		require.NoError(t, err)
	}
	version := s.version(t, order)
	for _, who := range []string{harbor, "seller-cloudline", "manager-mei"} {
		require.NoError(t, s.db.exec(t.Context(), `INSERT INTO portal_notice VALUES ($1, $2, $3, $4, 1, 1)`,
			who, order.ID, version, s.svc.Now().UnixMicro()))
		p := s.as(t, who)
		for _, path := range []string{at(order), at(order, "record"), at(order, "record.json"), at(order, "record.csv"),
			at(order, "ruling"), "/notices"} {
			assert.Equal(t, who == "manager-mei", strings.Contains(p.get(path).body, "Between us."),
				"%s for %s", path, who)
		}
	}
}

// TestNotices_OfNotes: the note that a manager keeps is news to nobody (R34),
// an appeal is to the managers.
func TestNotices_OfNotes(t *testing.T) {
	t.Parallel()
	who := func(r supervision.Record) (ids []string) {
		for _, a := range market.Accounts {
			if a.hears(service.Event{ID: r.ID(), Record: r, Buyer: harbor, Seller: "seller-cloudline"}) {
				ids = append(ids, a.ID)
			}
		}
		return ids
	}
	manager := supervision.Manager("manager-mei")
	assert.Empty(t,
		who(supervision.Record{Actor: manager, Operation: supervision.OpAddNote,
			Action: supervision.AddNote{Text: "Mine."}}))
	assert.Equal(t, []string{harbor, "seller-cloudline"}, who(supervision.Record{Actor: manager,
		Operation: supervision.OpAddNote, Action: supervision.AddNote{Text: "For all.", Shared: true}}))
	assert.Equal(t, []string{"seller-cloudline", "manager-mei", "manager-tomas"},
		who(supervision.Record{Actor: supervision.Buyer(harbor),
			Operation: supervision.OpRaiseAppeal, Action: supervision.RaiseAppeal{}}))
	assert.Equal(t, []string{harbor, "seller-cloudline"}, who(supervision.Record{Actor: supervision.System(),
		Operation: supervision.OpComplete, Action: supervision.Complete{}}))
}

// catcher is a mail server that keeps what it is sent.
type catcher struct {
	addr string
	mu   sync.Mutex
	sent []string
	deaf bool
	// unknown is the account that it takes no mail for.
	unknown string
}

func catchMail(t *testing.T) *catcher {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	c := &catcher{addr: listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			c.serve(conn)
		}
	}()
	return c
}

func (c *catcher) serve(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 catcher\r\n")
	for lines := bufio.NewReader(conn); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		c.mu.Lock()
		deaf := c.deaf
		c.mu.Unlock()
		switch {
		case deaf:
			fmt.Fprint(conn, "451 later\r\n")
		case c.unknown != "" && strings.HasPrefix(line, "RCPT") && strings.Contains(line, c.unknown):
			fmt.Fprint(conn, "550 nobody\r\n")
		case strings.HasPrefix(line, "DATA"):
			fmt.Fprint(conn, "354 go on\r\n")
			var message strings.Builder
			for line, err := lines.ReadString('\n'); err == nil && line != ".\r\n"; line, err = lines.ReadString('\n') {
				message.WriteString(line)
			}
			c.mu.Lock()
			c.sent = append(c.sent, message.String())
			c.mu.Unlock()
			fmt.Fprint(conn, "250 kept\r\n")
		case strings.HasPrefix(line, "QUIT"):
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

func (c *catcher) hear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = false
}

func (c *catcher) mails(t *testing.T, to string) (texts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.sent {
		message, err := mail.ReadMessage(strings.NewReader(m))
		require.NoError(t, err)
		if message.Header.Get("To") != "<"+to+">" {
			continue
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
		require.NoError(t, err)
		body, err := io.ReadAll(quotedprintable.NewReader(message.Body))
		require.NoError(t, err)
		texts = append(texts, subject+"\n"+string(body))
	}
	return texts
}

// TestMail: each notice is mailed once, also where the server was away.
func TestMail(t *testing.T) {
	t.Parallel()
	c := catchMail(t)
	c.deaf = true
	s := startSite(t, settings{file: seeded(t), addr: "portal.example", smtp: c.addr})
	s.as(t, "seller-cloudline").post("/language", url.Values{"language": {"zh-Hans"}})
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move it.")),
		bySeller(supervision.RejectRequest{Reason: "Which archive?\nThe old one?"}))
	require.Eventually(t, func() bool {
		return strings.Contains(s.as(t, harbor).get("/notices").body, order.ID)
	}, patience, 20*time.Millisecond)
	assert.Error(t, s.mail(t.Context()))
	c.hear()
	about := func() (texts []string) {
		for _, text := range c.mails(t, "buyer-harbor@portal.example") {
			if strings.Contains(text, order.ID+": Request rejected") {
				texts = append(texts, text)
			}
		}
		return texts
	}
	require.Eventually(t, func() bool { return s.mail(t.Context()) == nil && len(about()) > 0 }, patience,
		20*time.Millisecond)
	require.NoError(t, s.mail(t.Context()))
	require.Len(t, about(), 1)
	assert.Contains(t, strings.Join(c.mails(t, "seller-cloudline@portal.example"), ""), order.ID+": 已提交需求",
		"in the language that the seller has chosen")
	assert.Contains(t, about()[0], "Which archive?")
	assert.Contains(t, about()[0], "\nCloudline Software, ")
	assert.Contains(t, about()[0], "You can now: Submit request")
	assert.Contains(t, about()[0], "http://portal.example"+at(order))
}

// TestMail_OneInTheWay: neither an address that the server refuses nor an order
// that cannot be read holds up other people's mail.
func TestMail_OneInTheWay(t *testing.T) {
	t.Parallel()
	c := catchMail(t)
	c.unknown, c.deaf = harbor, true
	s := startSite(t, settings{file: seeded(t), smtp: c.addr})
	for _, id := range []string{"T-1", "T-2"} {
		s.open(t, id, "data-migration", harbor, byBuyer(textRequest("Move it.")))
	}
	seller := s.as(t, "seller-cloudline")
	require.Eventually(t, func() bool { return strings.Contains(seller.get("/notices").body, "/orders/T-2") },
		patience, 20*time.Millisecond)
	s.spoil(t, "serviceflow_orders", "id = 'T-1'")
	c.hear()
	require.Eventually(t, func() bool {
		mails := strings.Join(c.mails(t, "seller-cloudline@portal.example"), "\n")
		return s.mail(t.Context()) != nil && strings.Contains(mails, "T-2: Request submitted")
	}, patience, 20*time.Millisecond)
	assert.NotContains(t, strings.Join(c.mails(t, "seller-cloudline@portal.example"), "\n"), "T-1")
	assert.Empty(t, c.mails(t, harbor+"@portal.example"))
	var waiting int
	require.NoError(t, s.db.QueryRow(`SELECT count(*) FROM portal_notice WHERE mailed = 0 AND account = $1`, harbor).
		Scan(&waiting))
	assert.Positive(t, waiting, "what could not be sent waits")
}

// TestMail_Interrupted: what a portal had begun to send when it stopped waits
// for the next one.
func TestMail_Interrupted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move it.")))
	count := func(mailed int) (n int) {
		require.NoError(t, s.db.QueryRow(`SELECT count(*) FROM portal_notice WHERE order_id = $1 AND mailed = $2`,
			order.ID, mailed).Scan(&n))
		return n
	}
	require.Eventually(t, func() bool { return count(0) > 0 }, patience, 20*time.Millisecond)
	server, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		if conn, err := server.Accept(); err == nil {
			stop()
			conn.Close()
		}
	}()
	mailing := *s.portal
	mailing.smtp = server.Addr().String()
	require.Error(t, mailing.mail(ctx))
	require.ErrorIs(t, ctx.Err(), context.Canceled)
	assert.Zero(t, count(1))
}

// TestNotices_OfAnotherAccount: after an amendment the order is somebody
// else's, and so are the notices of it (R22, R31).
func TestNotices_OfAnotherAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move it.")))
	seller := s.as(t, "seller-cloudline")
	require.Eventually(t, func() bool { return strings.Contains(seller.get("/notices").body, order.ID) },
		patience, 20*time.Millisecond)
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Manager("manager-mei"),
		supervision.Amend{Seller: "seller-brightdesk", Reason: "The sellers have merged."})
	require.NoError(t, err)
	require.NoError(t, s.db.exec(t.Context(), `INSERT INTO portal_notice VALUES ($1, $2, $3, $4, 1, 1)`,
		"seller-cloudline", order.ID, supervision.NoticeID(order.ID, s.svc.Now()).Seq, s.svc.Now().UnixMicro()))
	left := seller.get("/notices")
	assert.Equal(t, http.StatusOK, left.StatusCode)
	assert.NotContains(t, left.body, order.ID)

	c, mailing := catchMail(t), *s.portal
	mailing.smtp = c.addr
	require.NoError(t, mailing.mail(t.Context()))
	assert.NotContains(t, strings.Join(c.mails(t, "seller-cloudline@portal.example"), ""), order.ID, "nor is it mailed")
}

// TestNotices_OfInstants: the parties are told the day before a silence opens
// an appeal (R33); once the order has moved on, the notice says so.
func TestNotices_OfInstants(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	order := s.order(t, "data-migration", harbor, byBuyer(textRequest("Move it.")))
	s.clock.ahead.Add(int64(4*supervision.Day + time.Hour))
	for _, party := range []string{harbor, "seller-cloudline"} {
		reader := s.as(t, party)
		require.Eventually(t, func() bool {
			return strings.Contains(entryOf(reader.get("/notices").body, order), "The buyer can appeal <time")
		}, patience, 20*time.Millisecond, party)
	}
	c, mailing := catchMail(t), *s.portal
	mailing.smtp = c.addr
	about := func() (subjects []string) {
		require.NoError(t, mailing.mail(t.Context()))
		for _, text := range c.mails(t, accounts[harbor].mail()) {
			if subject, body, _ := strings.Cut(text, "\n"); strings.HasPrefix(subject, order.ID+":") {
				subjects = append(subjects, subject)
				assert.Contains(t, body, strings.TrimPrefix(subject, order.ID+": "))
			}
		}
		return subjects
	}
	const told = ": The buyer can appeal in 1 day, unless the seller updates the service flow before."
	assert.Equal(t, []string{order.ID + told}, about())
	_, err := s.svc.Do(t.Context(), order.ID, supervision.Seller("seller-cloudline"), supervision.AcceptRequest{})
	require.NoError(t, err)
	require.NoError(t, s.db.exec(t.Context(), `UPDATE portal_notice SET mailed = 0 WHERE order_id = $1 AND seq < 0`,
		order.ID))
	assert.Len(t, about(), 1, "what has been settled is not mailed")
	assert.Contains(t, s.as(t, "seller-cloudline").get("/notices").body, "What was to come has been settled since.")
}

// entryOf is what a feed says of an order, newest first.
func entryOf(feed string, order supervision.Order) string {
	for entry := range strings.SplitSeq(feed, "<li ") {
		if strings.Contains(entry, at(order)) {
			return entry
		}
	}
	return ""
}
