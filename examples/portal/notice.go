package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

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

// hears tells whether an event is news to the account, as far as it may see it
// (R22, R33, R34). Of what the parties do managers hear only that one of them
// opened a case, and the marketplace nothing.
func (a account) hears(e service.Event) bool {
	seen, news := e.For(a.actor())
	ofCase := len(seen.Notices) > 0 || seen.Record.Operation == supervision.OpRaiseAppeal
	return news && a.Role != supervision.RoleSystem && (a.Role != supervision.RoleManager || ofCase)
}

// notify keeps a notice of a record, or of an instant, for everybody whom it
// concerns. Either may be relayed again, and is kept once.
func (p *portal) notify(ctx context.Context, e service.Event) error {
	at := e.Record.At
	if due, ok := e.ID.Notice(); ok {
		at = due
	}
	if p.svc.Now().Sub(at) > freshFor {
		return nil
	}
	for _, a := range market.Accounts {
		if !a.hears(e) {
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

// read marks the notices of an order as read, or all of them for "".
func (db *database) read(ctx context.Context, account, order string) error {
	return db.exec(ctx, `UPDATE portal_notice SET unread = 0
		WHERE account = $1 AND (order_id = $2 OR $2 = '') AND unread = 1`, account, order)
}

// noticeView is a notice with what it is about: the record, and what the reader
// and the other party can do now.
type noticeView struct {
	notice
	Record   recordView             // zero where it is of an instant
	Told     []supervision.Deadline // what it tells of an instant, as far as that still stands
	Order    supervision.Order
	You      offers
	Theirs   offers
	Received time.Time
}

func (p *portal) view(ctx context.Context, l *tongue, n notice) (view noticeView, err error) {
	to := accounts[n.account]
	view = noticeView{notice: n, Received: time.UnixMicro(n.at)}
	if view.Order, err = p.svc.Order(ctx, n.order, to.actor()); err != nil {
		return view, err
	}
	if due, ok := (supervision.RecordID{Order: n.order, Seq: n.seq}).Notice(); ok {
		for _, stands := range view.Order.Notices() {
			if stands.Due.Equal(due) && slices.Contains(stands.To(), to.Role) {
				view.Told = append(view.Told, stands.Deadline)
			}
		}
	} else {
		records, lost := p.svc.Records(ctx, n.order, to.actor(), n.seq-1, 1)
		views, failed := p.views(ctx, l, view.Order, records)
		if len(views) > 0 {
			view.Record = views[0]
		}
		err = cmp.Or(lost, failed)
	}
	other := supervision.Seller(view.Order.Seller)
	if to.Role == supervision.RoleSeller {
		other = supervision.Buyer(view.Order.Buyer)
	}
	view.You = offersOf(view.Order, to.actor(), p.svc.Now()).Allowed()
	view.Theirs = offersOf(view.Order, other, p.svc.Now()).Allowed()
	return view, err
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
	v.err = v.db.read(v.ctx(), v.Who.ID, "")
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
// become somebody else's (R31), and where what was to come has been settled
// since (R33).
func (p *portal) message(ctx context.Context, n notice) (*mail.Msg, error) {
	tag, _, err := p.db.kept(ctx, n.account, tongueSubject)
	l := p.Tongues.find(tag)
	view, failed := p.view(ctx, l, n)
	settled := failed == nil && view.Record.Operation == "" && view.Told == nil
	if settled || errors.Is(failed, supervision.ErrNotFound) {
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
	err = errors.Join(err, failed, m.FromFormat("KooGallery", "supervision@portal.example"),
		m.To(accounts[n.account].mail()),
		m.SetBodyTextTemplate(l.mail, map[string]any{"Notice": view, "Site": "http://" + p.addr}))
	if err != nil {
		return mail.NewMsg(), err // which is not sent
	}
	return m, nil
}
