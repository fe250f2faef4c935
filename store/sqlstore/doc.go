// Package sqlstore keeps orders in SQLite, PostgreSQL, MySQL or MariaDB through database/sql. It imports no driver.
package sqlstore
