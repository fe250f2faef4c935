package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

const (
	// freshFor is how old a record may be when it is relayed and still be news.
	freshFor = 3 * supervision.Day
	// noticesShown is how many notices the feed shows.
	noticesShown = 30
)

// notice tells an account of a record. What it says is read from the order when
// it is shown, so that it is what the account may see (R34).
type notice struct {
	account, order string
	seq            int64
	At             time.Time
	Unread         bool
}

// recipients are the accounts that a record is news to: the parties that did not
// make it, and the operations managers where it opens a case.
func recipients(o supervision.Order, r supervision.Record) (list []account) {
	for _, a := range accounts {
		party := a.ID == o.Buyer && a.Role == supervision.RoleBuyer || a.ID == o.Seller &&
			a.Role == supervision.RoleSeller
		concerned := party || a.Role == supervision.RoleManager && r.Operation == supervision.OpRaiseAppeal
		if note, ok := r.Action.(supervision.AddNote); ok && !note.Shared {
			concerned = false
		}
		if concerned && (a.ID != r.Actor.ID || a.Role != r.Actor.Role) {
			list = append(list, a)
		}
	}
	return list
}

// notify keeps a notice of a record for everybody whom it concerns. A record may
// be relayed again, and is kept once.
func (p *portal) notify(ctx context.Context, r supervision.Record) error {
	if p.svc.Now().Sub(r.At) > freshFor {
		return nil
	}
	order, err := p.svc.Order(ctx, r.Order, supervision.System())
	if err != nil {
		return err
	}
	for _, a := range recipients(order, r) {
		_, err := p.db.ExecContext(ctx, `INSERT INTO portal_notice (account, order_id, seq, at, unread, mailed)
			VALUES ($1, $2, $3, $4, 1, 0) ON CONFLICT DO NOTHING`, a.ID, r.Order, r.Seq, r.At.UnixMicro())
		if err != nil {
			return err
		}
	}
	return nil
}

// notices lists an account's notices, newest first.
func (db *database) notices(ctx context.Context, account string) (list []notice, err error) {
	rows, err := db.QueryContext(ctx, `SELECT order_id, seq, at, unread FROM portal_notice WHERE account = $1
		ORDER BY at DESC, order_id, seq DESC LIMIT $2`, account, noticesShown)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		n := notice{account: account}
		var at, unread int64
		if err := rows.Scan(&n.order, &n.seq, &at, &unread); err != nil {
			return nil, err
		}
		n.At, n.Unread = time.UnixMicro(at), unread == 1
		list = append(list, n)
	}
	return list, rows.Err()
}

func (db *database) unread(ctx context.Context, account string) (n int, err error) {
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM portal_notice WHERE account = $1 AND unread = 1`,
		account).Scan(&n)
	return n, err
}

// read marks the notices of an order as read, or all of them for "".
func (db *database) read(ctx context.Context, account, order string) error {
	_, err := db.ExecContext(ctx, `UPDATE portal_notice SET unread = 0
		WHERE account = $1 AND (order_id = $2 OR $2 = '') AND unread = 1`, account, order)
	return err
}

// noticeView is a notice with what it is about: the record, and what the reader
// and the other party can do now.
type noticeView struct {
	notice
	Record   recordView
	Order    supervision.Order
	You      []offer
	Other    supervision.Role
	Theirs   []offer
	Received time.Time
}

func (p *portal) view(ctx context.Context, l *tongue, n notice) (noticeView, error) {
	a, _ := findAccount(n.account)
	view := noticeView{notice: n, Received: n.At}
	var err error
	if view.Order, err = p.svc.Order(ctx, n.order, a.actor()); err != nil {
		return view, err
	}
	records, err := p.svc.Records(ctx, n.order, a.actor(), n.seq-1, 1)
	if err != nil || len(records) == 0 {
		return view, err
	}
	views, err := p.views(ctx, l, view.Order, records)
	if err != nil {
		return view, err
	}
	view.Record = views[0]
	other := supervision.Seller(view.Order.Seller)
	if a.Role == supervision.RoleSeller {
		other = supervision.Buyer(view.Order.Buyer)
	}
	view.Other = other.Role
	for list, actor := range map[*[]offer]supervision.Actor{&view.You: a.actor(), &view.Theirs: other} {
		all, err := offers(view.Order, actor, p.svc.Now())
		if err != nil {
			return view, err
		}
		*list = slices.DeleteFunc(all, func(o offer) bool { return !o.Allowed })
	}
	return view, nil
}

type noticesPage struct {
	layout
	Notices []noticeView
}

func (v *visit) showNotices() error {
	page := noticesPage{layout: v.layout("Notices")}
	page.Live = "/events"
	list, err := v.db.notices(v.r.Context(), v.who.ID)
	for _, n := range list {
		view, failed := v.view(v.r.Context(), v.l, n)
		if failed != nil {
			return failed
		}
		page.Notices = append(page.Notices, view)
	}
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "notices", page)
}

func (v *visit) readNotices() error {
	if err := v.db.read(v.r.Context(), v.who.ID, ""); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, "/notices", http.StatusSeeOther)
	return nil
}
