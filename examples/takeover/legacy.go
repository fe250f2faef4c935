package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"strings"
	"time"
)

//go:embed legacy.sql
var legacySchema string

// row is an order of the old service.
type row struct {
	ID, Product, Buyer, Seller string
	Cents, Refunded            int64
	Bought, Due                time.Time
	State                      string
	Since                      time.Time
	Before                     string // where a dispute found it
	Request                    string
	Requested                  time.Time
	SentBack                   int
	Result                     string
	Delivered                  time.Time
	Returned                   int
	Accepted, Closed           time.Time
	Side, Ground               string
	Reason, Demand             string
	Disputed                   time.Time
	Clerk, Decision            string
	Decided                    time.Time
}

// fields are the columns, in the order of the table.
func (r *row) fields() []any {
	return []any{
		&r.ID, &r.Product, &r.Buyer, &r.Seller, &r.Cents, &r.Refunded, seconds{&r.Bought}, seconds{&r.Due},
		&r.State, seconds{&r.Since}, &r.Before, &r.Request, seconds{&r.Requested}, &r.SentBack,
		&r.Result, seconds{&r.Delivered}, &r.Returned, seconds{&r.Accepted}, seconds{&r.Closed},
		&r.Side, &r.Ground, &r.Reason, &r.Demand, seconds{&r.Disputed}, &r.Clerk, &r.Decision, seconds{&r.Decided},
	}
}

// entry is a line of the old service's log: what somebody wanted, and whether
// it was done.
type entry struct {
	ID                      string
	At                      time.Time
	Role, Who, Action, Text string
	Done                    bool
}

func (e *entry) fields() []any {
	return []any{&e.ID, seconds{&e.At}, &e.Role, &e.Who, &e.Action, &e.Text, &e.Done}
}

// seconds is an instant as the old service stores it.
type seconds struct{ *time.Time }

// Scan reads it.
func (s seconds) Scan(value any) error {
	*s.Time = time.Time{}
	if unix, ok := value.(int64); ok && unix != 0 {
		*s.Time = time.Unix(unix, 0).UTC()
	}
	return nil
}

// Value writes it.
func (s seconds) Value() (driver.Value, error) {
	if s.IsZero() {
		return int64(0), nil
	}
	return s.Unix(), nil
}

// record is a row of one of the tables.
type record[T any] interface {
	*T
	fields() []any
}

// readAll reads a table in the order in which it was written.
func readAll[T any, R record[T]](ctx context.Context, db *sql.DB, table string) (list []T, err error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table+" ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var next T
		if err := rows.Scan(R(&next).fields()...); err != nil {
			return nil, err
		}
		list = append(list, next)
	}
	return list, rows.Err()
}

// writeAll fills a table.
func writeAll[T any, R record[T]](ctx context.Context, tx *sql.Tx, table string, list []T) error {
	columns := len(R(new(T)).fields())
	insert, err := tx.PrepareContext(ctx,
		"INSERT INTO "+table+" VALUES (?"+strings.Repeat(", ?", columns-1)+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range list {
		if _, err := insert.ExecContext(ctx, R(&list[i]).fields()...); err != nil {
			return err
		}
	}
	return nil
}
