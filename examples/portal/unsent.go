package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"
)

// unsentFor is how long a form that was not sent is kept.
const unsentFor = 30 * 24 * time.Hour

// unsent returns a form as its account left it, and when; nil for none.
func (db *database) unsent(ctx context.Context, account, subject string) (url.Values, time.Time, error) {
	var typed string
	var at int64
	err := db.QueryRowContext(ctx, `SELECT typed, at FROM portal_unsent WHERE account = $1 AND subject = $2`,
		account, subject).Scan(&typed, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	values, err := url.ParseQuery(typed)
	return values, time.UnixMicro(at), err
}

// keepUnsent keeps a form as it stands, in place of what was kept of it before.
func (db *database) keepUnsent(ctx context.Context, account, subject string, typed url.Values) error {
	_, err := db.ExecContext(ctx, `INSERT INTO portal_unsent (account, subject, typed, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, subject) DO UPDATE SET typed = excluded.typed, at = excluded.at`,
		account, subject, typed.Encode(), time.Now().UnixMicro())
	return err
}

func (db *database) forgetUnsent(ctx context.Context, account, subject string) error {
	_, err := db.ExecContext(ctx, `DELETE FROM portal_unsent WHERE account = $1 AND subject = $2`, account, subject)
	return err
}

// forgetOld removes what nobody came back for.
func (db *database) forgetOld(ctx context.Context, now time.Time) error {
	_, err := db.ExecContext(ctx, `DELETE FROM portal_unsent WHERE at < $1`, now.Add(-unsentFor).UnixMicro())
	return err
}
