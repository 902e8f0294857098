-- People and what they did with the pages. Not in the log, so no rebuild touches it. Instants are seconds since 1970.
CREATE TABLE people (
    id       uuid PRIMARY KEY,
    login    text COLLATE "C" NOT NULL UNIQUE,
    version  bigint NOT NULL,
    document text NOT NULL -- the rest, as JSON
);

-- Of the secret in the cookie only the SHA-256 is kept, as the key; so of a token's.
CREATE TABLE sessions (
    key    bytea PRIMARY KEY,
    person uuid NOT NULL,
    office text COLLATE "C",
    role   text COLLATE "C" NOT NULL,
    began  bigint NOT NULL,
    seen   bigint NOT NULL,
    csrf   bytea NOT NULL
);

CREATE TABLE tokens (
    id      uuid PRIMARY KEY,
    key     bytea NOT NULL UNIQUE,
    name    text NOT NULL,
    office  text COLLATE "C" NOT NULL,
    role    text COLLATE "C" NOT NULL,
    made    bigint NOT NULL,
    until   bigint,
    revoked bigint
);

-- Feeds of offices' limits for calendars: the secret of the address is kept as its SHA-256 alone.
CREATE TABLE feeds (
    id       uuid PRIMARY KEY,
    key      bytea NOT NULL UNIQUE,
    name     text NOT NULL,
    office   text COLLATE "C" NOT NULL,
    role     text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    made     bigint NOT NULL,
    maker    uuid,
    revoked  bigint
);

-- Supervisors' looks at cases. The id follows from the form in which it was asked.
CREATE TABLE grants (
    id        uuid PRIMARY KEY,
    reference text COLLATE "C" NOT NULL,
    person    uuid NOT NULL,
    office    text COLLATE "C" NOT NULL,
    code      text COLLATE "C" NOT NULL,
    reason    text NOT NULL,
    begins    bigint NOT NULL,
    ends      bigint NOT NULL
);
CREATE INDEX grants_of_case ON grants (reference, begins);

-- Who saw what. The id follows from who, what and the quarter of an hour: a second look adds no row. Either the reference of
-- a case is set, or a list with its filters and how many cases it showed, or the route of a request that was refused.
CREATE TABLE looks (
    id        uuid PRIMARY KEY,
    at        bigint NOT NULL,
    who       uuid,
    office    text COLLATE "C",
    role      text COLLATE "C",
    reference text COLLATE "C",
    list      text COLLATE "C",
    filters   text COLLATE "C",
    shown     bigint,
    route     text COLLATE "C"
);
CREATE INDEX looks_at_case ON looks (reference, at) WHERE reference IS NOT NULL;
CREATE INDEX looks_of_person ON looks (who, at) WHERE who IS NOT NULL;

-- Forms that were sent after their session had ended, sealed for their person, for an hour.
CREATE TABLE kept_forms (
    id     uuid PRIMARY KEY,
    person uuid NOT NULL,
    until  bigint NOT NULL,
    sealed bytea NOT NULL
);

-- Changes of offices that were started on a page: whose cases go where, who confirmed it, and when it was carried out.
CREATE TABLE office_changes (
    id           uuid PRIMARY KEY,
    from_office  text COLLATE "C" NOT NULL,
    to_office    text COLLATE "C" NOT NULL,
    with_office  text COLLATE "C",
    started_by   uuid NOT NULL,
    started_at   bigint NOT NULL,
    confirmed_by uuid,
    confirmed_at bigint,
    ended_at     bigint
);

-- Where mail and webhooks go: what was chosen, and what the sender found, both as JSON.
CREATE TABLE mail_addresses (
    id       uuid PRIMARY KEY,
    version  bigint NOT NULL,
    document text NOT NULL,
    progress text NOT NULL
);

-- What waits to go out. The id follows from the address and from what it is about, so that nothing waits twice. An alert
-- event is named by its case and its version there, which a copy of the log does not change.
CREATE TABLE mail_waiting (
    id        uuid PRIMARY KEY,
    address   uuid NOT NULL,
    place     bigint NOT NULL,
    what      text COLLATE "C" NOT NULL,
    reference text COLLATE "C",
    version   bigint,
    queued    bigint NOT NULL
);
CREATE INDEX mail_waiting_in_order ON mail_waiting (address, place);

-- Shift sheets. A sheet is one row when it is handed over and one more when it is taken over; rows are only added. The list
-- holds references, rules, instants and ids of people, as JSON.
CREATE TABLE shift_sheets (
    id     uuid PRIMARY KEY,
    sheet  uuid NOT NULL,
    office text COLLATE "C" NOT NULL,
    person uuid NOT NULL,
    at     bigint NOT NULL,
    until  bigint NOT NULL,
    list   text NOT NULL
);
CREATE INDEX shift_sheets_of_office ON shift_sheets (office, at);
CREATE INDEX shift_sheets_by_sheet ON shift_sheets (sheet);

-- The fixed figures of quarters, as they were first shown. The id follows from the quarter.
CREATE TABLE frozen_figures (
    id      uuid PRIMARY KEY,
    quarter text COLLATE "C" NOT NULL,
    at      bigint NOT NULL,
    secret  bytea NOT NULL,
    shown   text NOT NULL,
    known   text NOT NULL
);

-- Every offices file that was adopted. The id of the one in force is a text of meta.
CREATE TABLE offices_files (
    id         uuid PRIMARY KEY,
    adopted_at bigint NOT NULL,
    source     text NOT NULL
);

-- The cases that are not open, such as those that were voided, which a feed goes on cancelling for a while.
CREATE INDEX cases_not_open ON cases (reference) WHERE court IS NULL;
