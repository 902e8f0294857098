
-- The log's own streams: which rulebooks, offices files and keys it had, from when. The id follows from the number.
CREATE TABLE own_events (
    id          BLOB PRIMARY KEY,
    number      INTEGER NOT NULL, -- among the events of these streams, from 1
    stream      TEXT NOT NULL,    -- .rulebook, .offices or .keys
    version     INTEGER NOT NULL, -- in the stream, from 1
    format      INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    payload     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX own_events_of_stream ON own_events (stream, version);

-- How far the tree has come: its size, the position of the last event that it has taken, how many events of cases it has,
-- and the number of the last one of the log's own streams. One row.
CREATE TABLE tree_state (
    id     BLOB PRIMARY KEY,
    size   INTEGER NOT NULL,
    taken  INTEGER NOT NULL,
    events INTEGER NOT NULL,
    own    INTEGER NOT NULL
) STRICT;
INSERT INTO tree_state VALUES (x'00000000000000000000000000000001', 0, 0, 0, 0);

-- The leaves of the tree, 256 a row, each as its bytes. Behind those of an event stands its position; of the log's own
-- streams its number, negative. The leaves are stored once and never changed; the last row grows.
CREATE TABLE tree_leaves (
    id     BLOB PRIMARY KEY,
    low    INTEGER,
    high   INTEGER,
    leaves BLOB NOT NULL
) STRICT;

-- The nodes of levels 8, 16, 24 and so on, 256 a row. All others follow from one row of these or of the leaves.
CREATE TABLE tree_nodes (
    id     BLOB PRIMARY KEY,
    hashes BLOB NOT NULL
) STRICT;

-- The map of streams to the leaf hashes of their last events, as of the last checkpoint.
CREATE TABLE tree_map (
    id   BLOB PRIMARY KEY,
    page BLOB NOT NULL
) STRICT;

-- Checkpoints. Of a size there is one root. The note is its signed text.
CREATE TABLE checkpoints (
    id   BLOB PRIMARY KEY,
    size INTEGER NOT NULL UNIQUE,
    root BLOB NOT NULL,
    at   INTEGER NOT NULL,
    note TEXT
) STRICT;
