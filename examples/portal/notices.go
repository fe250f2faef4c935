package main

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/smtp"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	// freshFor is how old a record may be when it is relayed and still be news.
	freshFor = 3 * supervision.Day
	// noticesShown is how many notices the feed shows, noticesMailed how many
	// are mailed at a time.
	noticesShown  = 30
	noticesMailed = 100
)

// notice tells an account of a record or of an instant. What it says is read
// from the order when it is shown, so that it is what the account may see
// (R34).
type notice struct {
	account, order string
	seq, at        int64
	Unread         bool
}

// recipients are the accounts that a record is news to: the parties that did
// not make it, as far as they may see it, and the operations managers where it
// opens a case.
func recipients(o supervision.Order, r supervision.Record) (list []account) {
	for _, a := range market.Accounts {
		concerned := a.isPartyOf(o)
		if seen := r.For(a.actor()); len(r.Facts()) > 0 && len(seen.Facts()) == 0 {
			concerned = false
		}
		if a.Role == supervision.RoleManager && r.Operation == supervision.OpRaiseAppeal {
			concerned = true
		}
		if concerned && (a.ID != r.Actor.ID || a.Role != r.Actor.Role) {
			list = append(list, a)
		}
	}
	return list
}

// told are the accounts that notices of an instant are for (R33).
func told(o supervision.Order, notices []supervision.Notice) (list []account) {
	for _, a := range market.Accounts {
		concerned := a.isPartyOf(o) || a.Role == supervision.RoleManager
		forThem := func(n supervision.Notice) bool { return slices.Contains(n.To(), a.Role) }
		if concerned && slices.ContainsFunc(notices, forThem) {
			list = append(list, a)
		}
	}
	return list
}

// notify keeps a notice of a record, or of an instant, for everybody whom it
// concerns. Either may be relayed again, and is kept once.
func (p *portal) notify(ctx context.Context, e service.Event) error {
	order, err := p.svc.Order(ctx, e.ID.Order, supervision.System())
	if err != nil {
		return err
	}
	at, to := e.Record.At, recipients(order, e.Record)
	if due, ok := e.ID.Notice(); ok {
		at, to = due, told(order, e.Notices)
	}
	if p.svc.Now().Sub(at) > freshFor {
		return nil
	}
	for _, a := range to {
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
	view.You = summary{Offers: offers(view.Order, view.To.actor(), p.svc.Now())}.Allowed()
	view.Theirs = summary{Offers: offers(view.Order, other, p.svc.Now())}.Allowed()
	return view, nil
}

func (v *visit) showNotices() error {
	page := struct {
		layout
		Notices []noticeView
	}{layout: v.layout(v.l.t("Notices"))}
	page.Live = "/events"
	found, err := v.db.listNotices(v.ctx(), `SELECT account, order_id, seq, at, unread FROM portal_notice
		WHERE account = $1 ORDER BY at DESC, order_id, seq DESC LIMIT $2`, v.who.ID, noticesShown)
	if err != nil {
		return err
	}
	for _, n := range found {
		view, err := v.view(v.ctx(), v.l, n)
		if errors.Is(err, supervision.ErrNotFound) {
			continue // the order has become somebody else's (R31)
		} else if err != nil {
			return err
		}
		page.Notices = append(page.Notices, view)
	}
	return v.render(http.StatusOK, "notices.html", page)
}

func (v *visit) readNotices() error {
	if err := v.db.read(v.ctx(), v.who.ID, ""); err != nil {
		return err
	}
	return v.redirect("/notices")
}

// mailer sends notices to a mail server that asks for no password, such as a
// catcher on this machine.
type mailer struct {
	addr string // of the server; empty for no mail
	site string // where the links of a mail lead
}

const mailTimeout = 10 * time.Second

// mail sends what has not been sent yet. Processes that do so at the same time
// share the notices; one that could not be sent waits for the next time.
func (p *portal) mail(ctx context.Context) error {
	for range noticesMailed {
		if p.mailer.addr == "" {
			return nil
		}
		claimed, err := p.db.listNotices(ctx, `UPDATE portal_notice SET mailed = 1 WHERE mailed = 0 AND
			(account, order_id, seq) IN
			(SELECT account, order_id, seq FROM portal_notice WHERE mailed = 0 ORDER BY at LIMIT 1)
			RETURNING account, order_id, seq, at, unread`)
		if err != nil || len(claimed) == 0 {
			return err
		}
		n := claimed[0]
		if err := p.mailNotice(ctx, n); err != nil {
			return errors.Join(err, p.db.exec(context.WithoutCancel(ctx), `UPDATE portal_notice SET mailed = 0
				WHERE account = $1 AND order_id = $2 AND seq = $3`, n.account, n.order, n.seq))
		}
	}
	return nil
}

func (p *portal) mailNotice(ctx context.Context, n notice) error {
	tag, _, err := p.db.kept(ctx, n.account, tongueSubject)
	if err != nil {
		return err
	}
	l := p.tongues.find(tag)
	view, err := p.view(ctx, l, n)
	if errors.Is(err, supervision.ErrNotFound) {
		return nil // the order has become somebody else's (R31)
	} else if err != nil {
		return err
	}
	subject := l.Record(view.Record.Operation)
	for _, d := range view.Told {
		subject = l.Deadline(d, l.Until(d.At.Sub(view.Received)))
	}
	var message, body bytes.Buffer
	head := map[string]any{"To": view.To.mail(), "Date": view.Received.UTC().Format(time.RFC1123Z),
		"Subject": mime.QEncoding.Encode("utf-8", view.Order.ID+": "+subject)}
	text := quotedprintable.NewWriter(&body)
	err = errors.Join(l.mail.Execute(text, map[string]any{"Notice": view, "Site": p.mailer.site}), text.Close(),
		l.mail.ExecuteTemplate(&message, "head", head))
	if err != nil {
		return err
	}
	crlf := bytes.ReplaceAll(message.Bytes(), []byte("\n"), []byte("\r\n"))
	return p.mailer.deliver(ctx, view.To.mail(), append(crlf, body.Bytes()...))
}

func (m mailer) deliver(ctx context.Context, to string, message []byte) error {
	dialer := net.Dialer{Timeout: mailTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", m.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(mailTimeout)); err != nil {
		return err
	}
	client, err := smtp.NewClient(conn, "portal.example")
	if err != nil {
		return err
	}
	if err := errors.Join(client.Mail("supervision@portal.example"), client.Rcpt(to)); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	_, err = w.Write(message)
	return errors.Join(err, w.Close(), client.Quit())
}
