CREATE TABLE recent_ids (
    position  INTEGER PRIMARY KEY,
    action_id BLOB NOT NULL,
    case_key  INTEGER NOT NULL
) STRICT;
CREATE TABLE action_ids (
    action_id BLOB PRIMARY KEY,
    case_key  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO action_ids SELECT action_id, case_key FROM events WHERE action_id IS NOT NULL ORDER BY action_id;
DROP INDEX events_of_action;
UPDATE meta SET value = '2' WHERE key = 'schema_version';
