-- +goose ENVSUB ON
-- +goose Up

-- Instants are microseconds since 1970-01-01 UTC, NULL where there is none. Ids are compared and sorted byte by byte.
CREATE TABLE ${SERVICEFLOW_PREFIX:-serviceflow_}orders (
    id            text COLLATE "C" NOT NULL PRIMARY KEY,
    product       text COLLATE "C" NOT NULL,
    buyer         text COLLATE "C" NOT NULL,
    seller        text COLLATE "C" NOT NULL,
    bought_at     bigint NOT NULL,
    status        text COLLATE "C" NOT NULL, -- as stored: accepted_at and closed_at tell what time makes of it
    waiting_since bigint,                    -- since when the flow waits for a party
    due           bigint,                    -- when time moves the order on
    accepted_at   bigint,
    closed_at     bigint,
    closed_as     text COLLATE "C",
    handle_by     bigint,                    -- until when the pending appeal should be ruled on
    buyer_appeal  bigint,                    -- from when the buyer may appeal, outside the blackout
    seller_appeal bigint,
    blackout_begins bigint,
    blackout_ends bigint,
    proposed_at   bigint, -- since when the buyer proposes a refund that nobody has answered
    proposed_amount bigint,
    proposed_currency text COLLATE "C",
    notice_at     bigint,                  -- when the next of its notices is due, or one that was given already
    noticed       text, -- the instants whose notices have been given, as JSON
    version       bigint NOT NULL,
    document      text NOT NULL              -- the order, in the library's JSON form
);

CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_all ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_buyer ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (buyer, bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_seller ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (seller, bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_product ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (product, bought_at, id);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_status ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (status, bought_at, id) INCLUDE (due);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_buyer_status ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (buyer, status, bought_at, id) INCLUDE (due);
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}orders_seller_status ON ${SERVICEFLOW_PREFIX:-serviceflow_}orders (seller, status, bought_at, id) INCLUDE (due);
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
    order_id text COLLATE "C" NOT NULL,
    seq      bigint NOT NULL,
    happened_at bigint NOT NULL, -- the record's instant
    idem_key text COLLATE "C",
    document text NOT NULL,
    PRIMARY KEY (order_id, seq)
);

CREATE UNIQUE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}records_key ON ${SERVICEFLOW_PREFIX:-serviceflow_}records (order_id, idem_key) WHERE idem_key IS NOT NULL;
CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}records_between ON ${SERVICEFLOW_PREFIX:-serviceflow_}records (happened_at, order_id, seq);

-- Room in each page lets a claim rewrite a row beside itself, without touching an index.
CREATE TABLE ${SERVICEFLOW_PREFIX:-serviceflow_}outbox (
    order_id      text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL,
    waits_since   bigint NOT NULL,                -- the record's instant
    lane          integer NOT NULL DEFAULT 0,     -- 0 fresh, 1 failing, 2 set aside
    next_at       bigint NOT NULL,                -- the lane's order: waits_since, or the next attempt
    attempts      integer NOT NULL DEFAULT 0,     -- how often relaying it has failed
    claimed_until bigint NOT NULL DEFAULT 0,      -- when the claim ends
    claim         bigint NOT NULL DEFAULT 0,      -- whose claim it is
    PRIMARY KEY (order_id, seq)
) WITH (fillfactor = 50);

CREATE INDEX ${SERVICEFLOW_PREFIX:-serviceflow_}outbox_lanes ON ${SERVICEFLOW_PREFIX:-serviceflow_}outbox (lane, next_at);

CREATE TABLE ${SERVICEFLOW_PREFIX:-serviceflow_}templates (
    seller       text COLLATE "C" NOT NULL,
    product      text COLLATE "C" NOT NULL,
    operation    text COLLATE "C" NOT NULL, -- what fills it in: submit_request or deliver
    version      integer NOT NULL,
    published_at bigint NOT NULL,
    document     text,                      -- NULL: the version before is withdrawn
    PRIMARY KEY (seller, product, operation, version)
);

CREATE TABLE IF NOT EXISTS ${SERVICEFLOW_PREFIX:-serviceflow_}schema (
    version integer NOT NULL PRIMARY KEY,
    oldest  integer NOT NULL -- the oldest version whose code works on these tables too
);
INSERT INTO ${SERVICEFLOW_PREFIX:-serviceflow_}schema (version, oldest) VALUES (1, 1);
