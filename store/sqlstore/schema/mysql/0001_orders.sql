-- +goose ENVSUB ON
-- +goose Up

-- Instants are microseconds since 1970-01-01 UTC, NULL where there is none. Ids are bytes: no collation, no padding.
CREATE TABLE IF NOT EXISTS ${SERVICEFLOW_PREFIX:-serviceflow_}orders (
    id            VARBINARY(512) NOT NULL PRIMARY KEY,
    product       VARBINARY(512) NOT NULL,
    buyer         VARBINARY(512) NOT NULL,
    seller        VARBINARY(512) NOT NULL,
    bought_at     BIGINT NOT NULL,
    status        VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- as stored: accepted_at and closed_at tell what time makes of it
    waiting_since BIGINT,            -- since when the flow waits for a party
    due           BIGINT,            -- when time moves the order on
    accepted_at   BIGINT,
    closed_at     BIGINT,
    closed_as     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
    handle_by     BIGINT,            -- until when the pending appeal should be ruled on
    buyer_appeal  BIGINT,            -- from when the buyer may appeal, outside the blackout
    seller_appeal BIGINT,
    blackout_begins BIGINT,
    blackout_ends BIGINT,
    proposed_at   BIGINT, -- since when the buyer proposes a refund that nobody has answered
    proposed_amount BIGINT,
    proposed_currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin,
    notice_at     BIGINT,           -- when the next of its notices is due, or one that was given already
    noticed       MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin, -- the instants whose notices have been given, as JSON
    version       BIGINT NOT NULL,
    document      MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, -- the order, in the library's JSON form
    INDEX orders_all (bought_at, id),
    INDEX orders_buyer (buyer, bought_at, id),
    INDEX orders_seller (seller, bought_at, id),
    INDEX orders_product (product, bought_at, id),
    INDEX orders_status (status, bought_at, id, due),
    INDEX orders_buyer_status (buyer, status, bought_at, id, due),
    INDEX orders_seller_status (seller, status, bought_at, id, due),
    INDEX orders_due (due, id),
    INDEX orders_notice (notice_at, id),
    INDEX orders_waiting (status, waiting_since, id, due),
    INDEX orders_accepted (accepted_at, id),
    INDEX orders_closed (closed_at, id),
    INDEX orders_handling (status, handle_by, id),
    INDEX orders_proposal (status, proposed_at, id),
    INDEX orders_buyer_appeal (status, buyer_appeal, id),
    INDEX orders_seller_appeal (status, seller_appeal, id),
    INDEX orders_blackout_begins (blackout_begins, id),
    INDEX orders_blackout_ends (blackout_ends, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS ${SERVICEFLOW_PREFIX:-serviceflow_}records (
    order_id VARBINARY(512) NOT NULL,
    seq      BIGINT NOT NULL,
    happened_at BIGINT NOT NULL, -- the record's instant
    idem_key VARBINARY(1040),
    document MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (order_id, seq),
    UNIQUE INDEX records_key (order_id, idem_key),
    INDEX records_between (happened_at, order_id, seq)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS ${SERVICEFLOW_PREFIX:-serviceflow_}outbox (
    order_id      VARBINARY(512) NOT NULL,
    seq           BIGINT NOT NULL,
    waits_since   BIGINT NOT NULL,                -- the record's instant
    lane          INT NOT NULL DEFAULT 0,         -- 0 fresh, 1 failing, 2 set aside
    next_at       BIGINT NOT NULL,                -- the lane's order: waits_since, or the next attempt
    attempts      INT NOT NULL DEFAULT 0,         -- how often relaying it has failed
    claimed_until BIGINT NOT NULL DEFAULT 0,      -- when the claim ends
    claim         BIGINT NOT NULL DEFAULT 0,      -- whose claim it is
    PRIMARY KEY (order_id, seq),
    INDEX outbox_lanes (lane, next_at, claimed_until)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS ${SERVICEFLOW_PREFIX:-serviceflow_}templates (
    seller       VARBINARY(512) NOT NULL,
    product      VARBINARY(512) NOT NULL,
    operation    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, -- what fills it in: submit_request or deliver
    version      INT NOT NULL,
    published_at BIGINT NOT NULL,
    document     MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, -- NULL: the version before is withdrawn
    PRIMARY KEY (seller, product, operation, version)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS ${SERVICEFLOW_PREFIX:-serviceflow_}schema (
    version INT NOT NULL PRIMARY KEY,
    oldest  INT NOT NULL -- the oldest version whose code works on these tables too
) ENGINE = InnoDB;
INSERT INTO ${SERVICEFLOW_PREFIX:-serviceflow_}schema (version, oldest) VALUES (1, 1);
