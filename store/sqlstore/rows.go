package sqlstore

import (
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// micros is how an instant is stored: microseconds since 1970, nil for none.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// word is how a status is stored that may be absent.
func word(s supervision.Status) any {
	if s == "" {
		return nil
	}
	return string(s)
}

func instant(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// orderRow is an order as its columns.
type orderRow struct {
	supervision.Listing
	version, before int64
	document        string
}

func (s *Store) orderRow(change *service.Change) (orderRow, error) {
	document, err := s.documents.MarshalOrder(change.Order)
	return orderRow{change.Order.Listing(), change.Order.Version, change.Before, string(document)}, err
}

// orderColumns, orderChanges, inserted and changed belong together: those an
// operation changes are the last ones.
const (
	orderWidth   = 22
	orderColumns = `id, product, bought_at,
buyer, seller, status, waiting_since, due, accepted_at, closed_at, closed_as, handle_by,
buyer_appeal, seller_appeal, blackout_begins, blackout_ends, proposed_at, proposed_amount, proposed_currency,
notice_at, version, document`
	orderChanges = `buyer = ?, seller = ?, status = ?, waiting_since = ?, due = ?, accepted_at = ?, closed_at = ?,
closed_as = ?, handle_by = ?, buyer_appeal = ?, seller_appeal = ?, blackout_begins = ?, blackout_ends = ?,
proposed_at = ?, proposed_amount = ?, proposed_currency = ?, notice_at = ?,
version = ?, document = ?`
)

// listingColumns are those that [listed] reads.
const listingColumns = "id, product, bought_at, buyer, seller, status, waiting_since, due, accepted_at, closed_at, " +
	"closed_as, handle_by, buyer_appeal, seller_appeal, blackout_begins, blackout_ends, proposed_at, " +
	"proposed_amount, proposed_currency"

// listed reads the columns of a listing.
func listed(r Row) (l supervision.Listing, err error) {
	instants := []*time.Time{&l.BoughtAt, &l.WaitingSince, &l.Due, &l.AcceptedAt, &l.ClosedAt, &l.HandleBy,
		&l.BuyerAppeal, &l.SellerAppeal, &l.BlackoutBegins, &l.BlackoutEnds, &l.ProposedAt}
	stored := make([]*int64, len(instants)) // nil for none
	var status string
	var amount *int64
	var closedAs, currency *string
	err = r.Scan(&l.ID, &l.Product, &stored[0], &l.Buyer, &l.Seller, &status, &stored[1], &stored[2], &stored[3],
		&stored[4], &closedAs, &stored[5], &stored[6], &stored[7], &stored[8], &stored[9],
		&stored[10], &amount, &currency)
	l.Status = supervision.Status(status)
	if closedAs != nil {
		l.ClosedAs = supervision.Status(*closedAs)
	}
	if amount != nil && currency != nil {
		l.Proposed = supervision.Money{Amount: *amount, Currency: *currency}
	}
	for i, at := range stored {
		if at != nil {
			*instants[i] = instant(*at)
		}
	}
	return l, err
}

func (r *orderRow) inserted() []any {
	return append([]any{r.ID, r.Product, r.BoughtAt.UnixMicro()}, r.changed()...)
}

func (r *orderRow) changed() []any {
	var amount, currency any // nil for none
	if r.Proposed != (supervision.Money{}) {
		amount, currency = r.Proposed.Amount, r.Proposed.Currency
	}
	return []any{
		r.Buyer, r.Seller, string(r.Status), micros(r.WaitingSince), micros(r.Due), micros(r.AcceptedAt),
		micros(r.ClosedAt), word(r.ClosedAs), micros(r.HandleBy), micros(r.BuyerAppeal), micros(r.SellerAppeal),
		micros(r.BlackoutBegins), micros(r.BlackoutEnds), micros(r.ProposedAt), amount, currency, micros(r.NoticeAt),
		r.version, r.document,
	}
}

// updated are the values of a compare-and-swap: what is changed, where.
func (r *orderRow) updated() []any { return append(r.changed(), r.ID, r.before) }

// recordRow is a record as its columns.
type recordRow struct {
	supervision.RecordID
	at       int64
	key      any // nil for none
	document string
	relay    bool
}

// queued is since when it waits in the outbox; nil where it is not relayed.
func (r *recordRow) queued() any {
	if r.relay {
		return r.at
	}
	return nil
}

func (s *Store) recordRows(change *service.Change) ([]recordRow, error) {
	rows := make([]recordRow, len(change.Records))
	for i, record := range change.Records {
		document, err := s.documents.MarshalRecord(record)
		if err != nil {
			return nil, err
		}
		rows[i] = recordRow{RecordID: record.ID(), at: record.At.UnixMicro(), document: string(document),
			relay: change.Relay}
		if record.Key != "" {
			rows[i].key = record.OwnedKey()
		}
	}
	return rows, nil
}

// changeRows are everything that a change stores.
type changeRows struct {
	order   orderRow
	records []recordRow
}

func (s *Store) changeRows(change *service.Change) (changeRows, error) {
	order, err := s.orderRow(change) // what is written is validated
	if err != nil {
		return changeRows{}, err
	}
	if len(change.Records) == 0 {
		return changeRows{}, change.Validate()
	}
	records, err := s.recordRows(change)
	return changeRows{order, records}, err
}

// templateRow is a template as its columns.
type templateRow struct {
	service.PublishedTemplate
	document any // nil in a withdrawal
}

func newTemplateRow(t service.PublishedTemplate) (templateRow, error) {
	if err := t.Validate(); err != nil || t.Withdrawn() {
		return templateRow{t, nil}, err
	}
	document, err := t.Template.MarshalJSON()
	return templateRow{t, string(document)}, err
}

// inserted are the columns of a row.
func (t *templateRow) inserted() []any {
	return []any{t.Seller, t.Product, string(t.Operation), t.Version, t.PublishedAt.UnixMicro(), t.document}
}

// follows are what the version before is found by.
func (t *templateRow) follows() []any {
	return []any{t.Seller, t.Product, string(t.Operation), t.Version - 1}
}
