package sqlstore

type postgres struct{ engine }

func newPostgres(n naming) engine { return postgres{} }
