-- People and what they did with the pages. Not in the log, so no rebuild touches it. Instants are seconds since 1970.
CREATE TABLE people (
    id       BLOB PRIMARY KEY,
    login    TEXT NOT NULL UNIQUE,
    version  INTEGER NOT NULL,
    document TEXT NOT NULL -- the rest, as JSON
) STRICT, WITHOUT ROWID;

-- Of the secret in the cookie only the SHA-256 is kept, as the key; so of a token's.
CREATE TABLE sessions (
    key    BLOB PRIMARY KEY,
    person BLOB NOT NULL,
    office TEXT,
    role   TEXT NOT NULL,
    began  INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    csrf   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id      BLOB PRIMARY KEY,
    key     BLOB NOT NULL UNIQUE,
    name    TEXT NOT NULL,
    office  TEXT NOT NULL,
    role    TEXT NOT NULL,
    made    INTEGER NOT NULL,
    until   INTEGER,
    revoked INTEGER
) STRICT, WITHOUT ROWID;

-- Feeds of offices' limits for calendars: the secret of the address is kept as its SHA-256 alone.
CREATE TABLE feeds (
    id       BLOB PRIMARY KEY,
    key      BLOB NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    office   TEXT NOT NULL,
    role     TEXT NOT NULL,
    language TEXT NOT NULL,
    made     INTEGER NOT NULL,
    maker    BLOB,
    revoked  INTEGER
) STRICT, WITHOUT ROWID;

-- Supervisors' looks at cases. The id follows from the form in which it was asked.
CREATE TABLE grants (
    id        BLOB PRIMARY KEY,
    reference TEXT NOT NULL,
    person    BLOB NOT NULL,
    office    TEXT NOT NULL,
    code      TEXT NOT NULL,
    reason    TEXT NOT NULL,
    begins    INTEGER NOT NULL,
    ends      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_of_case ON grants (reference, begins);

-- Who saw what. The id follows from who, what and the quarter of an hour: a second look adds no row. Either the reference of
-- a case is set, or a list with its filters and how many cases it showed, or the route of a request that was refused.
CREATE TABLE looks (
    id        BLOB PRIMARY KEY,
    at        INTEGER NOT NULL,
    who       BLOB,
    office    TEXT,
    role      TEXT,
    reference TEXT,
    list      TEXT,
    filters   TEXT,
    shown     INTEGER,
    route     TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX looks_at_case ON looks (reference, at) WHERE reference IS NOT NULL;
CREATE INDEX looks_of_person ON looks (who, at) WHERE who IS NOT NULL;

-- Forms that were sent after their session had ended, sealed for their person, for an hour.
CREATE TABLE kept_forms (
    id     BLOB PRIMARY KEY,
    person BLOB NOT NULL,
    until  INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Changes of offices that were started on a page: whose cases go where, who confirmed it, and when it was carried out.
CREATE TABLE office_changes (
    id           BLOB PRIMARY KEY,
    from_office  TEXT NOT NULL,
    to_office    TEXT NOT NULL,
    with_office  TEXT,
    started_by   BLOB NOT NULL,
    started_at   INTEGER NOT NULL,
    confirmed_by BLOB,
    confirmed_at INTEGER,
    ended_at     INTEGER
) STRICT, WITHOUT ROWID;

-- Where mail and webhooks go: what was chosen, and what the sender found, both as JSON.
CREATE TABLE mail_addresses (
    id       BLOB PRIMARY KEY,
    version  INTEGER NOT NULL,
    document TEXT NOT NULL,
    progress TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What waits to go out. The id follows from the address and from what it is about, so that nothing waits twice. An alert
-- event is named by its case and its version there, which a copy of the log does not change.
CREATE TABLE mail_waiting (
    id        BLOB PRIMARY KEY,
    address   BLOB NOT NULL,
    place     INTEGER NOT NULL,
    what      TEXT NOT NULL,
    reference TEXT,
    version   INTEGER,
    queued    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_waiting_in_order ON mail_waiting (address, place);

-- Shift sheets. A sheet is one row when it is handed over and one more when it is taken over; rows are only added. The list
-- holds references, rules, instants and ids of people, as JSON.
CREATE TABLE shift_sheets (
    id     BLOB PRIMARY KEY,
    sheet  BLOB NOT NULL,
    office TEXT NOT NULL,
    person BLOB NOT NULL,
    at     INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    list   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX shift_sheets_of_office ON shift_sheets (office, at);
CREATE INDEX shift_sheets_by_sheet ON shift_sheets (sheet);

-- The fixed figures of quarters, as they were first shown. The id follows from the quarter.
CREATE TABLE frozen_figures (
    id      BLOB PRIMARY KEY,
    quarter TEXT NOT NULL,
    at      INTEGER NOT NULL,
    secret  BLOB NOT NULL,
    shown   TEXT NOT NULL,
    known   TEXT NOT NULL
) STRICT;

-- Every offices file that was adopted. The id of the one in force is a text of meta.
CREATE TABLE offices_files (
    id         BLOB PRIMARY KEY,
    adopted_at INTEGER NOT NULL,
    source     TEXT NOT NULL
) STRICT;

-- The cases that were handed on, which the pages list for their former offices.
CREATE INDEX cases_handed_on ON cases (reference) WHERE instr(document, '"former":') > 0;

-- The cases that are not open, such as those that were voided, which a feed goes on cancelling for a while.
CREATE INDEX cases_not_open ON cases (reference) WHERE court IS NULL;

-- The cases in which something was escalated and is still owed, for the inboxes of supervising offices.
CREATE INDEX cases_escalated ON cases (reference) WHERE instr(document, '"escalated":') > 0;
