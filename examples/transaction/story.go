package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// tell goes through what can happen to a purchase and its order.
func tell(ctx context.Context, s *shop, out io.Writer) error {
	show := func(what string) error {
		purchases, err := s.count(ctx, "purchases")
		orders, err2 := s.count(ctx, "serviceflow_orders")
		fmt.Fprintf(out, "%-62s %d purchase(s), %d order(s)\n", what, purchases, orders)
		return errors.Join(err, err2)
	}
	declined := s.buy(ctx, "P-1", "bea", 9900, func() error { return errDeclined })
	if !errors.Is(declined, errDeclined) {
		return fmt.Errorf("expected the card to be declined: %w", declined)
	}
	if err := show("P-1: the card is declined, and both vanish"); err != nil {
		return err
	}
	if err := s.buy(ctx, "P-2", "bea", 9900, func() error { return nil }); err != nil {
		return err
	}
	if err := show("P-2: the card is charged, and both are there"); err != nil {
		return err
	}
	if err := s.refusal(ctx, out); err != nil {
		return err
	}
	return s.refund(ctx, out)
}

// refusal shows that a refused operation leaves the transaction as it was: the
// host writes on, and commits.
func (s *shop) refusal(ctx context.Context, out io.Writer) error {
	err := s.transact(ctx, func(tx *sql.Tx, service *service.Service) error {
		_, err := service.Do(ctx, "P-2", supervision.Buyer("bea"), supervision.AcceptProduct{})
		var refusal *supervision.Refusal
		if !errors.As(err, &refusal) {
			return fmt.Errorf("expected a refusal: %w", err)
		}
		fmt.Fprintf(out, "P-2: %s is refused by %s\n", refusal.Operation, refusal.Rule)
		_, err = tx.ExecContext(ctx, `UPDATE purchases SET cents = cents - 100 WHERE id = 'P-2'`)
		return err
	})
	if err != nil {
		return err
	}
	var cents int
	err = s.db.QueryRowContext(ctx, `SELECT cents FROM purchases WHERE id = 'P-2'`).Scan(&cents)
	fmt.Fprintf(out, "P-2: what the host wrote after the refusal is committed: %d cents\n", cents)
	return err
}

// refund shows a ruling that ends the order, with the refund in the same
// transaction.
func (s *shop) refund(ctx context.Context, out io.Writer) error {
	_, err := s.service.Open(ctx, supervision.Opening{
		ID: "P-3", Product: "migration", Buyer: "bea", Seller: "acme", Policy: supervision.Rules2025(),
		// appeals without waiting
	})
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx,
		`INSERT INTO purchases (id, buyer, cents) VALUES ('P-3', 'bea', 5000)`); err != nil {
		return err
	}
	appeal := supervision.RaiseAppeal{Ground: "unconditional", Reason: "The seller has left.", Demand: "My money back.",
		Attachments: []supervision.Attachment{{Name: "notice.pdf", Ref: "files/notice.pdf"}}}
	if _, err := s.service.Do(ctx, "P-3", supervision.Buyer("bea"), appeal); err != nil {
		return err
	}
	for range 2 { // as a client does that got no answer
		if err := s.cancel(ctx, "P-3", "mia", "The seller has left the market.", "click-1"); err != nil {
			return err
		}
	}
	order, err := s.service.Order(ctx, "P-3", supervision.Buyer("bea"))
	if err != nil {
		return err
	}
	var refunded int
	err = s.db.QueryRowContext(ctx, `SELECT sum(cents) FROM refunds WHERE purchase = 'P-3'`).Scan(&refunded)
	fmt.Fprintf(out, "P-3: %s by the operations manager, sent twice, and %d cents refunded with it\n", order.Status,
		refunded)
	return err
}
