package sqlstore

// Dialect is the kind of database. The zero value is none.
type Dialect uint8

// The dialects.
const (
	// SQLite is SQLite 3.38 or later.
	SQLite Dialect = iota + 1
	// Postgres is PostgreSQL 12 or later.
	Postgres
	// MySQL is MySQL 8 or MariaDB 10.6, or later.
	MySQL
)

var dialectNames = [...]string{"", "sqlite", "postgres", "mysql"}

// String returns the dialect's name, such as "postgres"; "" for an undeclared
// one.
func (d Dialect) String() string {
	if int(d) < len(dialectNames) {
		return dialectNames[d]
	}
	return ""
}

func (d Dialect) engine(n naming) engine {
	switch d {
	case Postgres:
		return newPostgres(n)
	case MySQL:
		return newMySQL(n)
	}
	return newSQLite(n)
}
