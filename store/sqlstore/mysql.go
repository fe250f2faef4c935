package sqlstore

type mysql struct{ engine }

func newMySQL(n naming) engine { return mysql{} }
