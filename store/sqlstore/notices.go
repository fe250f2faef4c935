package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// notices are the statements of [service.Notices], the same in every dialect
// but for how a page goes on.
type notices struct{ noticing, noticingBehind, given, give string }

func newNotices(n naming) notices {
	const find = `SELECT id, notice_at, noticed, document FROM {orders} WHERE notice_at <= ?`
	const page = ` ORDER BY notice_at, id LIMIT ?`
	const given = `UPDATE {orders} SET notice_at = ?, noticed = ? WHERE id = ? AND version = ? AND notice_at = ?`
	return notices{
		noticing:       n.text(find + page),
		noticingBehind: n.text(find + " AND " + n.beyond("notice_at", ">") + page),
		given:          n.text(given),
		give:           n.text(`INSERT INTO {outbox} (order_id, seq, waits_since, next_at) VALUES (?, ?, ?, ?)`),
	}
}

// Noticing implements [service.Notices].
func (s *Store) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	query, args := s.noticing, []any{at.UnixMicro()}
	if after != (supervision.Position{}) {
		query, args = s.noticingBehind, append(args, s.position(after)...)
	}
	var list []service.Noticing
	err := s.read(ctx, func(r Row) error {
		var found service.Noticing
		var due int64
		var given, document []byte
		if err := r.Scan(&found.ID, &due, &given, &document); err != nil {
			return err
		}
		found.At = instant(due)
		if found.Given, found.Err = decodeGiven(found.ID, given); found.Err == nil {
			found.Order, found.Err = s.decodeOrder(found.ID, document)
		}
		list = append(list, found)
		return nil
	}, query, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Notice implements [service.Notices].
func (s *Store) Notice(ctx context.Context, list ...service.Noticed) error {
	if len(list) == 0 {
		return ctx.Err()
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b service.Noticed) int { return strings.Compare(a.Order, b.Order) })
	var conflicts []string
	err := s.transaction(ctx, sql.LevelDefault, func(in session) error {
		conflicts = nil
		for _, n := range list {
			rows, err := in.exec(ctx, s.given, micros(n.Next), encodeGiven(n.Given), n.Order, n.Version,
				micros(n.At))
			if err != nil {
				return err
			}
			if rows == 0 {
				conflicts = append(conflicts, n.Order)
				continue
			}
			for _, due := range n.Due {
				id, at := supervision.NoticeID(n.Order, due), due.UnixMicro()
				if _, err := in.exec(ctx, s.give, id.Order, id.Seq, at, at); err != nil {
					return err
				}
			}
		}
		return nil
	}, s.given, s.give)
	if err == nil && len(conflicts) > 0 {
		return &service.ConflictError{Orders: conflicts}
	}
	return err
}

// encodeGiven writes instants as the column noticed has them.
func encodeGiven(given []time.Time) string {
	list := make([]int64, len(given))
	for i, at := range given {
		list[i] = at.UnixMicro()
	}
	text, _ := json.Marshal(list) // numbers cannot fail
	return string(text)
}

func decodeGiven(order string, text []byte) (given []time.Time, err error) {
	if text == nil {
		return nil, nil
	}
	var list []int64
	if err := json.Unmarshal(text, &list); err != nil {
		err = fmt.Errorf("%w: notices given: %w", supervision.ErrMalformed, err)
		return nil, &service.UnreadableError{Order: order, Err: err}
	}
	for _, at := range list {
		given = append(given, instant(at))
	}
	return given, nil
}
