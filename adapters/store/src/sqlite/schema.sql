-- The log. Positions are contiguous from 1, versions contiguous from 1 in each case.
CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    case_key INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    format   INTEGER NOT NULL, -- the version of the payload's format
    payload  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_of_case ON events (case_key, version);

-- What is personal in an event, apart from it and encrypted: the texts that open the digests in its payload.
CREATE TABLE disclosures (
    case_key  INTEGER NOT NULL,
    version   INTEGER NOT NULL, -- of the event, in its stream
    digest    BLOB NOT NULL,
    stream_id BLOB NOT NULL,    -- of the case; with version and digest what the encryption binds
    key       BLOB NOT NULL,    -- the id of the case's key, which lies in another file
    bytes     BLOB NOT NULL,    -- a nonce of 24 bytes, then XChaCha20-Poly1305
    PRIMARY KEY (case_key, version, digest)
) STRICT, WITHOUT ROWID;

-- The view of each case; instants are seconds since 1970. Where a case is not opened yet, only its identity is set.
CREATE TABLE cases (
    case_key     INTEGER PRIMARY KEY,
    stream_id    BLOB NOT NULL UNIQUE,
    reference    TEXT NOT NULL,
    version      INTEGER NOT NULL,
    recorded_at  INTEGER,
    court        TEXT,
    prosecutor   TEXT,
    investigator TEXT,
    legal_aid    TEXT,
    next_due     INTEGER,
    worst        TEXT,
    document     TEXT,
    digest       INTEGER NOT NULL DEFAULT 0 -- of all other columns
) STRICT;
CREATE INDEX cases_by_due ON cases (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX cases_by_court ON cases (court) WHERE court IS NOT NULL;
CREATE INDEX cases_by_prosecutor ON cases (prosecutor) WHERE prosecutor IS NOT NULL;
CREATE INDEX cases_by_investigator ON cases (investigator) WHERE investigator IS NOT NULL;
CREATE INDEX cases_by_legal_aid ON cases (legal_aid) WHERE legal_aid IS NOT NULL;

-- The alert events of the log; pending: publishable and not delivered. The addressees stand in one text, as in the
-- alert's subject: an alert then has one entry in one index, and there are few different ones to look through.
CREATE TABLE alerts (
    position    INTEGER PRIMARY KEY,
    case_key    INTEGER NOT NULL,
    rule        TEXT NOT NULL,
    addressees  TEXT NOT NULL, -- PROSECUTOR.COURT.INVESTIGATOR.LEGAL-AID
    recorded_at INTEGER NOT NULL,
    publishable INTEGER NOT NULL,
    pending     INTEGER NOT NULL
) STRICT;
CREATE INDEX alerts_pending ON alerts (pending) WHERE pending = 1;
CREATE INDEX alerts_by_addressees ON alerts (addressees, recorded_at);

-- What was delivered. Not in the log, so no rebuild touches it.
CREATE TABLE deliveries (
    position        INTEGER PRIMARY KEY,
    alert_id        BLOB NOT NULL,
    stream_sequence INTEGER NOT NULL,
    delivered_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX deliveries_by_sequence ON deliveries (stream_sequence);

-- Every rulebook that the log was ever decided under.
CREATE TABLE rulebooks (digest TEXT PRIMARY KEY, source TEXT NOT NULL) STRICT;

-- schema_version, installation (a random UUID), rulebook (the digest of the one in force), and what else must last.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
