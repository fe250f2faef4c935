package main

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"github.com/jackc/pgx/v5"
)

// database is a side's own, beside which it may have a second for what is only
// looked at.
type database struct {
	name, dsn string
	admin     string
}

// create makes an empty database on the server.
func create(ctx context.Context, name string) (database, error) {
	d := database{name: "serviceflow_peers_" + name, admin: "postgres://postgres@127.0.0.1:5432/test"}
	if set := os.Getenv("SERVICEFLOW_POSTGRES"); set != "" {
		d.admin = set
	}
	at, err := url.Parse(d.admin)
	if err != nil {
		return d, fmt.Errorf("SERVICEFLOW_POSTGRES: %w", err)
	}
	at.Path = "/" + d.name
	d.dsn = at.String()
	return d, d.empty(ctx)
}

// empty makes the database anew.
func (d database) empty(ctx context.Context) error {
	if err := d.drop(); err != nil {
		return err
	}
	return d.run(ctx, "CREATE DATABASE "+d.name)
}

// drop removes what the side has made, whoever is connected.
func (d database) drop() error {
	ctx := context.Background()
	for _, name := range []string{d.name, d.name + "_visibility"} {
		if err := d.run(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)); err != nil {
			return err
		}
	}
	return nil
}

func (d database) run(ctx context.Context, statement string) error {
	connection, err := pgx.Connect(ctx, d.admin)
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	_, err = connection.Exec(ctx, statement)
	return err
}

// size is how many bytes the tables take, indexes included, without what
// updates have left behind.
func (d database) size(ctx context.Context) (bytes int64, err error) {
	at, err := url.Parse(d.dsn)
	if err != nil {
		return 0, err
	}
	for _, name := range []string{d.name, d.name + "_visibility"} {
		at.Path = "/" + name
		connection, err := pgx.Connect(ctx, at.String())
		if err != nil && name != d.name {
			break // there is no second
		} else if err != nil {
			return 0, err
		}
		defer connection.Close(ctx)
		if _, err := connection.Exec(ctx, "VACUUM FULL"); err != nil {
			return 0, err
		}
		var n int64
		err = connection.QueryRow(ctx, `SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`).Scan(&n)
		if err != nil {
			return 0, err
		}
		bytes += n
	}
	return bytes, nil
}
