package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/wneessen/go-mail"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	// freshFor is how old a record may be when it is relayed and still be news.
	freshFor = 3 * supervision.Day
	// noticesShown is how many notices the feed shows, noticesMailed how many
	// are mailed at a time, mailTimeout how long a mail server may be silent.
	noticesShown  = 30
	noticesMailed = 100
	mailTimeout   = 10 * time.Second
)

// notice tells an account of a record or of an instant. What it says is read
// from the order when it is shown, so that it is what the account may see
// (R34).
type notice struct {
	account, order string
	seq, at        int64
	Unread         bool
}

// hears tells whether an event is news to the account: what others did on an
// order of its own, as far as it may see it; to operations managers that a party
// opened a case; and a notice of an instant to the roles that it is for (R33).
func (a account) hears(o supervision.Order, e service.Event) bool {
	party, manager := a.isPartyOf(o), a.Role == supervision.RoleManager
	if _, ok := e.ID.Notice(); ok {
		forThem := func(n supervision.Notice) bool { return slices.Contains(n.To(), a.Role) }
		return (party || manager) && slices.ContainsFunc(e.Notices, forThem)
	}
	own := a.ID == e.Record.Actor.ID && a.Role == e.Record.Actor.Role
	hidden := len(e.Record.Facts()) > 0 && len(e.Record.For(a.actor()).Facts()) == 0
	return !own && (party && !hidden || manager && e.Record.Operation == supervision.OpRaiseAppeal)
}

// notify keeps a notice of a record, or of an instant, for everybody whom it
// concerns. Either may be relayed again, and is kept once.
func (p *portal) notify(ctx context.Context, e service.Event) error {
	order, err := p.svc.Order(ctx, e.ID.Order, supervision.System())
	if err != nil {
		return err
	}
	at := e.Record.At
	if due, ok := e.ID.Notice(); ok {
		at = due
	}
	if p.svc.Now().Sub(at) > freshFor {
		return nil
	}
	for _, a := range market.Accounts {
		if !a.hears(order, e) {
			continue
		}
		err := p.db.exec(ctx, `INSERT INTO portal_notice (account, order_id, seq, at, unread, mailed)
			VALUES ($1, $2, $3, $4, 1, 0) ON CONFLICT DO NOTHING`, a.ID, e.ID.Order, e.ID.Seq, at.UnixMicro())
		if err != nil {
			return err
		}
	}
	return nil
}

func (db *database) listNotices(ctx context.Context, query string, args ...any) ([]notice, error) {
	return list(ctx, db, func(n *notice) []any {
		return []any{&n.account, &n.order, &n.seq, &n.at, &n.Unread}
	}, query, args...)
}

func (db *database) unread(ctx context.Context, account string) (n int, err error) {
	_, err = db.get(ctx, []any{&n}, `SELECT count(*) FROM portal_notice WHERE account = $1 AND unread = 1`, account)
	return n, err
}

// read marks the notices of an order as read, or all of them for "".
func (db *database) read(ctx context.Context, account, order string) error {
	return db.exec(ctx, `UPDATE portal_notice SET unread = 0
		WHERE account = $1 AND (order_id = $2 OR $2 = '') AND unread = 1`, account, order)
}

// noticeView is a notice with what it is about: the record, and what the reader
// and the other party can do now.
type noticeView struct {
	notice
	To       account
	Record   recordView             // zero where it is of an instant
	Told     []supervision.Deadline // what it tells of an instant, as far as that still stands
	Order    supervision.Order
	You      []offer
	Theirs   []offer
	Received time.Time
}

func (p *portal) view(ctx context.Context, l *tongue, n notice) (view noticeView, err error) {
	view = noticeView{notice: n, Received: time.UnixMicro(n.at)}
	view.To, _ = findAccount(n.account)
	if view.Order, err = p.svc.Order(ctx, n.order, view.To.actor()); err != nil {
		return view, err
	}
	if due, ok := (supervision.RecordID{Order: n.order, Seq: n.seq}).Notice(); ok {
		for _, stands := range view.Order.Notices() {
			if stands.Due.Equal(due) && slices.Contains(stands.To(), view.To.Role) {
				view.Told = append(view.Told, stands.Deadline)
			}
		}
	} else if records, err := p.part(ctx, l, view.Order, view.To.actor(), n.seq-1, 1); err != nil {
		return view, err
	} else if len(records) > 0 {
		view.Record = records[0]
	}
	other := supervision.Seller(view.Order.Seller)
	if view.To.Role == supervision.RoleSeller {
		other = supervision.Buyer(view.Order.Buyer)
	}
	view.You = allowed(offers(view.Order, view.To.actor(), p.svc.Now()))
	view.Theirs = allowed(offers(view.Order, other, p.svc.Now()))
	return view, nil
}

func (v *visit) showNotices() error {
	v.Live = "/events"
	return v.render(http.StatusOK, "notices.html", v)
}

// Notices are the visitor's, newest first, but for those of an order that has
// become somebody else's (R31).
func (v *visit) Notices() (feed []noticeView) {
	found, err := v.db.listNotices(v.ctx(), `SELECT account, order_id, seq, at, unread FROM portal_notice
		WHERE account = $1 ORDER BY at DESC, order_id, seq DESC LIMIT $2`, v.Who.ID, noticesShown)
	v.err = cmp.Or(v.err, err)
	for _, n := range found {
		if view, err := v.view(v.ctx(), v.L, n); !errors.Is(err, supervision.ErrNotFound) && v.readable(err) {
			feed = append(feed, view)
		}
	}
	return feed
}

func (v *visit) readNotices() error {
	if err := v.db.read(v.ctx(), v.Who.ID, ""); err != nil {
		return err
	}
	return v.redirect("/notices")
}

// mail sends what has not been sent yet to a mail server that asks for no
// password, such as a catcher on this machine. Processes that do so at the same
// time share the notices; what could not be sent waits for the next time.
func (p *portal) mail(ctx context.Context) error {
	host, port, err := net.SplitHostPort(p.smtp)
	if err != nil {
		return nil // no mail is wanted
	}
	n, _ := strconv.Atoi(port) // the client refuses 0
	client, err := mail.NewClient(host, mail.WithPort(n), mail.WithTLSPolicy(mail.TLSOpportunistic),
		mail.WithTimeout(mailTimeout), mail.WithHELO("portal.example"))
	if err != nil {
		return err
	}
	claimed, err := p.db.listNotices(ctx, `UPDATE portal_notice SET mailed = 1 WHERE mailed = 0 AND
		(account, order_id, seq) IN
		(SELECT account, order_id, seq FROM portal_notice WHERE mailed = 0 ORDER BY at LIMIT $1)
		RETURNING account, order_id, seq, at, unread`, noticesMailed)
	if err != nil || len(claimed) == 0 {
		return err
	}
	messages, errs := make([]*mail.Msg, len(claimed)), make([]error, len(claimed))
	for i, n := range claimed {
		messages[i], errs[i] = p.message(ctx, n)
	}
	errs = append(errs, client.DialAndSendWithContext(ctx, messages...))
	for i, n := range claimed {
		if m := messages[i]; m != nil && !m.IsDelivered() {
			errs = append(errs, p.db.exec(context.WithoutCancel(ctx), `UPDATE portal_notice SET mailed = 0
				WHERE account = $1 AND order_id = $2 AND seq = $3`, n.account, n.order, n.seq))
		}
	}
	return errors.Join(errs...)
}

// message is the mail of a notice; nil where the order cannot be read, or has
// become somebody else's (R31).
func (p *portal) message(ctx context.Context, n notice) (*mail.Msg, error) {
	tag, _, err := p.db.kept(ctx, n.account, tongueSubject)
	l := p.Tongues.find(tag)
	view, failed := p.view(ctx, l, n)
	if errors.Is(failed, supervision.ErrNotFound) {
		return nil, nil
	} else if errors.As(failed, new(*service.UnreadableError)) {
		return nil, failed
	}
	subject := l.Record(view.Record.Operation)
	for _, d := range view.Told {
		subject = l.Deadline(d, l.Until(d.At.Sub(view.Received)))
	}
	m := mail.NewMsg()
	m.Subject(view.Order.ID + ": " + subject)
	m.SetDateWithValue(view.Received)
	err = errors.Join(err, failed, m.FromFormat("KooGallery", "supervision@portal.example"), m.To(view.To.mail()),
		m.SetBodyTextTemplate(l.mail, map[string]any{"Notice": view, "Site": "http://" + p.addr}))
	if err != nil {
		return mail.NewMsg(), err // which is not sent
	}
	return m, nil
}

// hub has the open pages of this process. They are told that something has
// happened, and fetch for themselves what they may see.
type hub struct {
	mu        sync.Mutex
	listeners map[*listener]bool
	closed    chan struct{}
	close     func() // ends all streams, so that the server can stop
}

// listener is one open page: on one order, or on all that its actor may see.
type listener struct {
	actor   supervision.Actor
	session string
	order   string
	news    chan struct{} // holds one: several pieces of news are fetched at once
}

// Bounds of open streams, so that one visitor cannot take everybody's.
const (
	maxSessionStreams = 8
	maxAccountStreams = 64
	maxStreams        = 5000
	heartbeat         = 20 * time.Second
)

func newHub() *hub {
	closed := make(chan struct{})
	return &hub{listeners: make(map[*listener]bool), closed: closed, close: sync.OnceFunc(func() { close(closed) })}
}

func (l *listener) tell() {
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// join adds a listener; false where there are too many.
func (h *hub) join(actor supervision.Actor, session, order string) (*listener, bool) {
	l := &listener{actor, session, order, make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	bySession, byAccount := 0, 0
	for other := range h.listeners {
		if other.session == session {
			bySession++
		}
		if other.actor == actor {
			byAccount++
		}
	}
	if bySession >= maxSessionStreams || byAccount >= maxAccountStreams || len(h.listeners) >= maxStreams {
		return nil, false
	}
	h.listeners[l] = true
	return l, true
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
}

// publish is what the service relays records to: it keeps the notices, and
// tells open pages. A page that misses something sees it with the next.
func (p *portal) publish(ctx context.Context, e service.Event) error {
	err := p.notify(ctx, e)
	p.announce(ctx, e.ID.Order)
	return err
}

// announce tells the pages of every process that something has happened to an
// order; "" stands for the clock, which has moved for all.
func (p *portal) announce(ctx context.Context, order string) {
	if p.db.channel == "" {
		p.spread(ctx, order)
	} else if err := p.db.exec(ctx, `SELECT pg_notify($1, $2)`, p.db.channel, order); err != nil && ctx.Err() == nil {
		p.log.Warn("other processes have not been told", "error", err)
	}
}

// spread tells the pages of this process. Who sees an order is the library's to
// say (R22).
func (p *portal) spread(ctx context.Context, order string) {
	p.live.mu.Lock()
	listeners := slices.Collect(maps.Keys(p.live.listeners))
	p.live.mu.Unlock()
	sees := make(map[supervision.Actor]bool)
	for _, l := range listeners {
		seen, asked := sees[l.actor]
		switch {
		case order == "":
			seen = true
		case l.order != "" && l.order != order:
			seen = false
		case !asked:
			_, err := p.svc.Order(ctx, order, l.actor)
			seen = err == nil
			sees[l.actor] = seen
		}
		if seen {
			l.tell()
		}
	}
}

// listen hears what this and other processes announce, where there are others.
// At first everybody is told, for something may have been missed.
func (p *portal) listen(ctx context.Context) error {
	if p.db.channel == "" {
		return nil
	}
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		pg := driver.(*stdlib.Conn).Conn()
		defer pg.Close(context.WithoutCancel(ctx)) // it is of no use to anybody else
		_, err := pg.Exec(ctx, "LISTEN "+pgx.Identifier{p.db.channel}.Sanitize())
		for order := ""; err == nil; {
			if order == "" {
				if err := p.db.readClock(ctx, p.clock); err != nil {
					return err
				}
			}
			p.spread(ctx, order)
			news, failed := pg.WaitForNotification(ctx)
			if failed != nil {
				return failed
			}
			order = news.Payload
		}
		return err
	})
}

// stream sends an event for each piece of news until the page has gone, its
// session has ended or the portal stops: of an order from the version that the
// page shows. Only after it has joined does it ask whether the page is late
// already: nothing can slip through between.
func (v *visit) stream() error {
	l, ok := v.live.join(v.actor(), v.session, v.order.ID)
	if !ok {
		v.w.Header().Set("Retry-After", "10")
		http.Error(v.w, "too many open pages", http.StatusServiceUnavailable)
		return nil
	}
	defer v.live.leave(l)
	if v.order.ID != "" {
		order, err := v.svc.Order(v.ctx(), v.order.ID, v.actor())
		if err != nil {
			return err
		}
		if seen, err := strconv.ParseInt(v.r.FormValue("seen"), 10, 64); err == nil && seen < order.Version {
			l.tell()
		}
	}
	v.w.Header().Set("Content-Type", "text/event-stream")
	pulse := time.NewTicker(heartbeat)
	defer pulse.Stop()
	for text := "retry: 2000\n\n"; v.Known && v.emit(text) == nil; {
		text = ": still here\n\n"
		select {
		case <-v.ctx().Done():
			return nil
		case <-v.live.closed:
			return nil
		case <-l.news:
			text = "data: changed\n\n"
		case <-pulse.C:
		}
		if err := v.identify(); err != nil {
			return nil
		}
	}
	return nil
}

// emit writes to the stream and gives it time until well after the next
// heartbeat.
func (v *visit) emit(text string) error {
	control := http.NewResponseController(v.w)
	err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Now().Add(3*heartbeat)))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := fmt.Fprint(v.w, text); err != nil {
		return err
	}
	return control.Flush()
}
