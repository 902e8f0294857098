-- The log. The first six columns are those of esrs's own PgStore, which reads this table. Positions ascend with what
-- was known: an event that was decided on another one stands behind it. They may have gaps; versions never.
CREATE SEQUENCE case_events_position AS bigint;
CREATE TABLE case_events (
    id              uuid NOT NULL,        -- a UUID v5 of case and action id, or the alert's id
    aggregate_id    uuid NOT NULL,
    payload         jsonb NOT NULL,
    occurred_on     timestamptz NOT NULL, -- when our clock recorded it
    sequence_number integer NOT NULL,     -- the version in the stream, from 1
    version         integer NOT NULL,     -- of the payload's format
    position        bigint NOT NULL,
    -- The transaction that wrote it. Who reads the log in the order (xact, position), and only rows below
    -- pg_snapshot_xmin(pg_current_snapshot()), misses none that is committed later.
    xact            xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT case_events_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX case_events_aggregate_id_sequence_number ON case_events (aggregate_id, sequence_number);
CREATE UNIQUE INDEX case_events_position_key ON case_events (position);
CREATE INDEX case_events_xact ON case_events (xact, position);
ALTER SEQUENCE case_events_position OWNED BY case_events.position;

-- What is personal in an event, apart from it and encrypted: the texts that open the digests in its payload.
CREATE TABLE disclosures (
    stream_id uuid NOT NULL,
    version   integer NOT NULL, -- of the event, in its stream
    digest    bytea NOT NULL,
    key       uuid NOT NULL,
    bytes     bytea NOT NULL,   -- a nonce of 24 bytes, then XChaCha20-Poly1305
    PRIMARY KEY (stream_id, version, digest)
);

-- The keys of cases, each wrapped by a master key that is in no database. A table of its own, so that a dump of the log can leave
-- it out (pg_dump --exclude-table-data) and another can hold it alone (pg_dump --table).
CREATE TABLE case_keys (id uuid PRIMARY KEY, wrapped bytea NOT NULL);

-- The view of each case; instants are seconds since 1970. Where a case is not opened yet, only its identity is set.
-- Rows are replaced all the time: the room that is left free on each page takes the next version.
CREATE TABLE cases (
    stream_id    uuid PRIMARY KEY,
    reference    text COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    recorded_at  bigint,
    court        text COLLATE "C",
    prosecutor   text COLLATE "C",
    investigator text COLLATE "C",
    legal_aid    text COLLATE "C",
    next_due     bigint,
    worst        text COLLATE "C",
    document     text,
    digest       bigint NOT NULL DEFAULT 0 -- of all other columns
) WITH (fillfactor = 60);
CREATE INDEX cases_by_due ON cases (next_due, reference) WHERE next_due IS NOT NULL;
CREATE INDEX cases_by_court ON cases (court, reference);
CREATE INDEX cases_by_prosecutor ON cases (prosecutor, reference);
CREATE INDEX cases_by_investigator ON cases (investigator, reference);
CREATE INDEX cases_by_legal_aid ON cases (legal_aid, reference) WHERE legal_aid IS NOT NULL;

-- The alert events of the log; pending: publishable and not delivered. The addressees stand in one text, as in the
-- alert's subject: an alert then has one entry in one index, and there are few different ones to look through.
CREATE TABLE alerts (
    position    bigint PRIMARY KEY,
    stream_id   uuid NOT NULL,
    rule        text COLLATE "C" NOT NULL,
    addressees  text COLLATE "C" NOT NULL, -- PROSECUTOR.COURT.INVESTIGATOR.LEGAL-AID
    recorded_at bigint NOT NULL,
    publishable boolean NOT NULL,
    pending     boolean NOT NULL
);
CREATE INDEX alerts_pending ON alerts (position) WHERE pending;
CREATE INDEX alerts_by_addressees ON alerts (addressees, recorded_at);

-- What was delivered. Not in the log, so no rebuild touches it.
CREATE TABLE deliveries (
    position        bigint PRIMARY KEY,
    alert_id        uuid NOT NULL,
    stream_sequence bigint NOT NULL,
    delivered_at    bigint NOT NULL
);
CREATE INDEX deliveries_by_sequence ON deliveries (stream_sequence);

-- Every rulebook that the log was ever decided under.
CREATE TABLE rulebooks (digest text PRIMARY KEY, source text NOT NULL);

-- The processes that watch, and when each last said so, by the server's clock.
CREATE TABLE processes (id uuid PRIMARY KEY, seen timestamptz NOT NULL);

-- application (kamnot-log), schema_version, installation (a random UUID), rulebook (the digest of the one in force), and
-- what else must last. xact: the transaction that wrote it last, for others to notice.
CREATE TABLE meta (
    key   text COLLATE "C" PRIMARY KEY,
    value text NOT NULL,
    xact  xid8 NOT NULL DEFAULT pg_current_xact_id()
);
INSERT INTO meta (key, value) VALUES ('application', 'kamnot-log'), ('installation', gen_random_uuid()::text);
