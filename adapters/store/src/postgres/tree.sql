
-- The log's own streams: which rulebooks, offices files and keys it had, from when. The id follows from the number.
CREATE TABLE own_events (
    id          uuid PRIMARY KEY,
    number      bigint NOT NULL, -- among the events of these streams, from 1
    stream      text COLLATE "C" NOT NULL,    -- .rulebook, .offices or .keys
    version     bigint NOT NULL, -- in the stream, from 1
    format      bigint NOT NULL,
    recorded_at bigint NOT NULL,
    payload     text NOT NULL
);
CREATE UNIQUE INDEX own_events_of_stream ON own_events (stream, version);

-- How far the tree has come: its size, the position of the last event that it has taken, how many events of cases it has,
-- and the number of the last one of the log's own streams. One row.
CREATE TABLE tree_state (
    id     uuid PRIMARY KEY,
    size   bigint NOT NULL,
    taken  bigint NOT NULL,
    events bigint NOT NULL,
    own    bigint NOT NULL
);
INSERT INTO tree_state VALUES ('00000000-0000-0000-0000-000000000001', 0, 0, 0, 0);

-- The leaves of the tree, 256 a row, each as its bytes. Behind those of an event stands its position; of the log's own
-- streams its number, negative. The leaves are stored once and never changed; the last row grows.
CREATE TABLE tree_leaves (
    id     uuid PRIMARY KEY,
    low    bigint,
    high   bigint,
    leaves bytea NOT NULL
);
-- Hashes can't be compressed.
ALTER TABLE tree_leaves ALTER leaves SET STORAGE EXTERNAL;

-- The nodes of levels 8, 16, 24 and so on, 256 a row. All others follow from one row of these or of the leaves.
CREATE TABLE tree_nodes (
    id     uuid PRIMARY KEY,
    hashes bytea NOT NULL
);
ALTER TABLE tree_nodes ALTER hashes SET STORAGE EXTERNAL;

-- The map of streams to the leaf hashes of their last events, as of the last checkpoint.
CREATE TABLE tree_map (
    id   uuid PRIMARY KEY,
    page bytea NOT NULL
);
ALTER TABLE tree_map ALTER page SET STORAGE EXTERNAL;

-- Checkpoints. Of a size there is one root. The note is its signed text.
CREATE TABLE checkpoints (
    id   uuid PRIMARY KEY,
    size bigint NOT NULL UNIQUE,
    root bytea NOT NULL,
    at   bigint NOT NULL,
    note text
);
