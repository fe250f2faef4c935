-- +goose ENVSUB ON
-- +goose Up

-- Instants are microseconds since 1970-01-01 UTC, NULL where there is none. Ids are compared byte by byte.
CREATE TABLE ${SERVICEFLOW_PREFIX:-serviceflow_}orders (
    id            TEXT    NOT NULL PRIMARY KEY,
    product       TEXT    NOT NULL,
    buyer         TEXT    NOT NULL,
    seller        TEXT    NOT NULL,
    bought_at     INTEGER NOT NULL,
    status        TEXT    NOT NULL, -- as stored: accepted_at and closed_at tell what time makes of it
    waiting_since INTEGER,          -- since when the flow waits for a party
    due           INTEGER,          -- when time moves the order on
    accepted_at   INTEGER,
    closed_at     INTEGER,
    closed_as     TEXT,
    handle_by     INTEGER,          -- until when the pending appeal should be ruled on
    buyer_appeal  INTEGER,          -- from when the buyer may appeal, outside the blackout
    seller_appeal INTEGER,
    blackout_begins INTEGER,
    blackout_ends INTEGER,
    proposed_at   INTEGER, -- since when the buyer proposes a refund that nobody has answered
    proposed_amount INTEGER,
    proposed_currency TEXT,
    notice_at     INTEGER,           -- when the next of its notices is due, or one that was given already
    noticed       TEXT, -- the instants whose notices have been given, as JSON
    version       INTEGER NOT NULL,
    document      TEXT    NOT NULL  -- the order, in the library's JSON form
) STRICT;

CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_all ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_buyer ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (buyer, bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_seller ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (seller, bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_product ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (product, bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_status ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (status, bought_at, id, due);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_buyer_status ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (buyer, status, bought_at, id, due);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_seller_status ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (seller, status, bought_at, id, due);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_due ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (due, id) WHERE due IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_notice ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (notice_at, id) WHERE notice_at IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_waiting ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (status, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_accepted ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (accepted_at, id) WHERE accepted_at IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_closed ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_handling ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (status, handle_by, id) WHERE handle_by IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_proposal ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (status, proposed_at, id) WHERE proposed_at IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_buyer_appeal ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (status, buyer_appeal, id) WHERE buyer_appeal IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_seller_appeal ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (status, seller_appeal, id) WHERE seller_appeal IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_blackout_begins ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (blackout_begins, id) WHERE blackout_begins IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_blackout_ends ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (blackout_ends, id) WHERE blackout_ends IS NOT NULL;

CREATE TABLE ${SERVICEFLOW_PREFIX:-serviceflow_}records (
    order_id TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    happened_at INTEGER NOT NULL, -- the record's instant
    idem_key TEXT,
    document TEXT    NOT NULL,
    PRIMARY KEY (order_id, seq)
) STRICT;

CREATE UNIQUE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}records_key ON ${SERVICEFLOW_PREFIX:-serviceflow_}records (order_id, idem_key) WHERE idem_key IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}records_between ON ${SERVICEFLOW_PREFIX:-serviceflow_}records (happened_at, order_id, seq);

CREATE TABLE ${SERVICEFLOW_PREFIX:-serviceflow_}outbox (
    order_id      TEXT    NOT NULL,
    seq           INTEGER NOT NULL,
    waits_since   INTEGER NOT NULL,               -- the record's instant
    lane          INTEGER NOT NULL DEFAULT 0,     -- 0 fresh, 1 failing, 2 set aside
    next_at       INTEGER NOT NULL,               -- the lane's order: waits_since, or the next attempt
    attempts      INTEGER NOT NULL DEFAULT 0,     -- how often relaying it has failed
    claimed_until INTEGER NOT NULL DEFAULT 0,     -- when the claim ends
    claim         INTEGER NOT NULL DEFAULT 0,     -- whose claim it is
    PRIMARY KEY (order_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}outbox_lanes ON ${SERVICEFLOW_PREFIX:-serviceflow_}outbox (lane, next_at);

CREATE TABLE ${SERVICEFLOW_PREFIX:-serviceflow_}templates (
    seller       TEXT    NOT NULL,
    product      TEXT    NOT NULL,
    operation    TEXT    NOT NULL, -- what fills it in: submit_request or deliver
    version      INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    document     TEXT,             -- NULL: the version before is withdrawn
    PRIMARY KEY (seller, product, operation, version)
) STRICT;

CREATE TABLE IF NOT EXISTS ${SERVICEFLOW_PREFIX:-serviceflow_}schema (
    version INTEGER NOT NULL PRIMARY KEY,
    oldest  INTEGER NOT NULL -- the oldest version whose code works on these tables too
) STRICT;
INSERT INTO ${SERVICEFLOW_PREFIX:-serviceflow_}schema (version, oldest) VALUES (1, 1);
