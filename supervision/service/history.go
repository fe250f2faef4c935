package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
)

// History is everything that is stored of one order, and what verifying it
// found (R21, R35). It is the host's: it holds what every party wrote.
type History struct {
	// Order is the order as stored, Records how it came to be, oldest first.
	Order   supervision.Order
	Records []supervision.Record
	// Digest is that of the records; Findings are what [audit.VerifyOrder] finds
	// wrong, none where all of them could have been made and make the order.
	Digest   audit.Digest
	Findings []audit.Finding
}

type historyJSON struct {
	Format   int                  `json:"format"`
	Order    supervision.Order    `json:"order"`
	Records  []supervision.Record `json:"records"`
	Digest   audit.Digest         `json:"digest"`
	Findings []audit.Finding      `json:"findings"`
}

// UnmarshalJSON reads what [Service.Export] writes. Errors are those of reading
// an order or a record. Digest and Findings are read as they are: compute them
// again where the document may have been changed since.
func (h *History) UnmarshalJSON(data []byte) error {
	var wire historyJSON
	if err := fault.DecodeDocument("service: history", data, &wire, &wire.Format); err != nil {
		return err
	}
	*h = History{wire.Order, wire.Records, wire.Digest, wire.Findings}
	return nil
}

// WriteTo writes the history as one JSON document, a record a line, so that a
// long one is never in memory twice. It implements [io.WriterTo].
func (h History) WriteTo(w io.Writer) (int64, error) {
	d := document{to: w}
	d.text(`{"format":1,"order":`)
	d.value(h.Order)
	d.text(`,"records":[`)
	for i, r := range h.Records {
		if i > 0 {
			d.text(",")
		}
		d.text("\n")
		d.value(r)
	}
	d.text("\n],\"digest\":")
	d.value(h.Digest)
	d.text(`,"findings":`)
	d.value(append([]audit.Finding{}, h.Findings...))
	d.text("}\n")
	return d.written, d.err
}

// whole returns an error where records are missing, or do not make the order.
func (h History) whole() error {
	for _, f := range h.Findings {
		if f.Kind == audit.Missing || f.OfOrder() {
			return fmt.Errorf("service: history: %w: %s", supervision.ErrMalformed, f)
		}
	}
	if _, err := supervision.Replay(h.Records); err != nil {
		return fmt.Errorf("service: history: %w", err)
	}
	return nil
}

// document writes until the first error.
type document struct {
	to      io.Writer
	written int64
	err     error
}

func (d *document) text(s string) { d.bytes([]byte(s)) }

func (d *document) value(v any) {
	data, err := json.Marshal(v)
	d.err = errors.Join(d.err, err)
	d.bytes(data)
}

func (d *document) bytes(data []byte) {
	if d.err != nil {
		return
	}
	n, err := d.to.Write(data)
	d.written, d.err = d.written+int64(n), err
}

// History reads all that is stored of an order and verifies it, with the
// templates that it is pinned to (R21, R35). It is the host's, who sees every
// order whole (R22). What time has made due but no worker has stored is not in
// it. One record that cannot be read leaves no history.
//
// Errors: [*InvalidError] for a faulty id, [ErrNotFound], [ErrConflict] where
// the order changes too fast, an [*UnreadableError] for each record that cannot
// be read, and the store's own.
func (s *Service) History(ctx context.Context, id string) (History, error) {
	order, _, err := s.load(ctx, id, supervision.System(), "")
	if err != nil {
		return History{}, err
	}
	return s.history(ctx, order)
}

// Export writes an order's history to w as one JSON document, which [History]
// reads; nothing is written of one that [Service.History] does not return.
// Errors are those of Service.History, and w's.
func (s *Service) Export(ctx context.Context, id string, w io.Writer) error {
	history, err := s.History(ctx, id)
	if err != nil {
		return err
	}
	_, err = history.WriteTo(w)
	return err
}

// history reads an order's records and verifies both. What is found where the
// order has moved on since it was read is read anew.
func (s *Service) history(ctx context.Context, order supervision.Order) (h History, err error) {
	_, err = s.contend(func() error {
		if h, err = s.verified(ctx, order); err != nil || len(h.Findings) == 0 {
			return err
		}
		if order, _, err = s.store.Load(ctx, order.ID, ""); err == nil && order.Version != h.Order.Version {
			err = &ConflictError{Orders: []string{order.ID}}
		}
		return err
	})
	if err != nil {
		return History{}, err
	}
	return h, nil
}

// verified reads all records, those beyond the order's version too, and verifies
// them.
func (s *Service) verified(ctx context.Context, order supervision.Order) (h History, err error) {
	h.Order = order
	if h.Records, err = s.records(ctx, order.ID); err != nil {
		return History{}, err
	}
	if h.Digest, err = audit.DigestOf(h.Records); err != nil {
		return History{}, err
	}
	var failed error
	forms := func(o supervision.Order, op supervision.Operation) *template.Form {
		form, err := s.pinned(ctx, &o, op)
		if err != nil && !errors.Is(err, errLost) {
			failed = err
		}
		return form
	}
	h.Findings = audit.VerifyOrder(order, h.Records, forms)
	return h, failed
}

// records returns all of an order's records, oldest first. Verifying names what
// is missing.
func (s *Service) records(ctx context.Context, id string) (list []supervision.Record, err error) {
	for last := int64(0); ; {
		page, err := s.store.Records(ctx, id, last, supervision.MaxPage)
		records, unreadable := readable(page)
		if err = errors.Join(err, unreadable); err != nil {
			return nil, err
		}
		if list = append(list, records...); len(page) < supervision.MaxPage {
			return list, nil
		}
		last = page[len(page)-1].Seq
	}
}
