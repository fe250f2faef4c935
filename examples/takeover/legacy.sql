-- The tables of the old service. Instants are Unix seconds, 0 for none, and
-- amounts are cents. Nothing says that an id is unique.
CREATE TABLE orders (
  id TEXT, product TEXT, buyer TEXT, seller TEXT, cents INTEGER, refunded INTEGER, bought INTEGER, due INTEGER,
  state TEXT, since INTEGER, before TEXT,
  request TEXT, requested INTEGER, sent_back INTEGER,
  result TEXT, delivered INTEGER, returned INTEGER,
  accepted INTEGER, closed INTEGER,
  side TEXT, ground TEXT, reason TEXT, demand TEXT, disputed INTEGER, clerk TEXT, decision TEXT, decided INTEGER
);
CREATE TABLE log (id TEXT, at INTEGER, role TEXT, who TEXT, action TEXT, text TEXT, done INTEGER);
