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

-- Supervisors' looks at cases. The id follows from the rest.
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
