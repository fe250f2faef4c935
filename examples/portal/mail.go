package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"strings"
	"time"
)

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
	if p.mailer.addr == "" {
		return nil
	}
	rows, err := p.db.QueryContext(ctx, `SELECT account, order_id, seq, at FROM portal_notice WHERE mailed = 0
		ORDER BY at LIMIT 100`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var list []notice
	for rows.Next() {
		var n notice
		var at int64
		if err := rows.Scan(&n.account, &n.order, &n.seq, &at); err != nil {
			return err
		}
		n.At = time.UnixMicro(at)
		list = append(list, n)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, n := range list {
		mine, err := p.db.mark(ctx, n, 0, 1)
		if err != nil {
			return err
		}
		if !mine {
			continue
		}
		if err := p.mailNotice(ctx, n); err != nil {
			_, failed := p.db.mark(context.WithoutCancel(ctx), n, 1, 0)
			return errors.Join(err, failed)
		}
	}
	return nil
}

// mark moves a notice from one state of mailing to another; false where another
// process was faster.
func (db *database) mark(ctx context.Context, n notice, from, to int) (bool, error) {
	result, err := db.ExecContext(ctx, `UPDATE portal_notice SET mailed = $1
		WHERE account = $2 AND order_id = $3 AND seq = $4 AND mailed = $5`, to, n.account, n.order, n.seq, from)
	if err != nil {
		return false, err
	}
	changed, err := result.RowsAffected()
	return changed == 1, err
}

func (p *portal) mailNotice(ctx context.Context, n notice) error {
	tag, err := p.db.tongue(ctx, n.account)
	if err != nil {
		return err
	}
	l := p.tongues.find(tag)
	view, err := p.view(ctx, l, n)
	if err != nil {
		return err
	}
	to, _ := findAccount(n.account)
	var body bytes.Buffer
	text := quotedprintable.NewWriter(&body)
	if err := l.mail.Execute(text, map[string]any{"Notice": view, "Site": p.mailer.site}); err != nil {
		return err
	}
	if err := text.Close(); err != nil {
		return err
	}
	subject := mime.QEncoding.Encode("utf-8", view.Order.ID+": "+l.Record(view.Record.Operation))
	message := strings.Join([]string{"From: KooGallery <supervision@portal.example>",
		"To: " + to.mail(), "Subject: " + subject, "Date: " + n.At.UTC().Format(time.RFC1123Z), "MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", body.String()},
		"\r\n")
	return p.mailer.deliver(ctx, to.mail(), message)
}

// deliver hands a message to the mail server.
func (m mailer) deliver(ctx context.Context, to, message string) error {
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", m.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
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
	_, err = w.Write([]byte(message))
	return errors.Join(err, w.Close(), client.Quit())
}

// tongue is the language that an account chose last; "" where it never did.
func (db *database) tongue(ctx context.Context, account string) (tag string, err error) {
	err = db.QueryRowContext(ctx, `SELECT tag FROM portal_tongue WHERE account = $1`, account).Scan(&tag)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return tag, err
}

func (db *database) keepTongue(ctx context.Context, account, tag string) error {
	_, err := db.ExecContext(ctx, `INSERT INTO portal_tongue (account, tag) VALUES ($1, $2)
		ON CONFLICT (account) DO UPDATE SET tag = excluded.tag`, account, tag)
	return err
}
