/**
 * The database's format, step by step: a file of version n gets the steps from n on, in one transaction. A step that
 * has been released never changes.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE records (
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (collection, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    event TEXT NOT NULL
  ) STRICT;

  CREATE TABLE leases (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    pid INTEGER NOT NULL,
    start_time TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE leased (
    lease TEXT NOT NULL REFERENCES leases (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (lease, kind, key)
  ) STRICT, WITHOUT ROWID;
  `,
  // What lists show of an image's record, a tenth of it. The database itself keeps it, by triggers: nobody who writes
  // records can forget to. NULL: the record cannot be read, which whoever reads the record will say.
  `
  CREATE TABLE image_summaries (
    id TEXT PRIMARY KEY,
    document TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE VIEW due_image_summaries AS
  SELECT key AS id, iif(json_valid(document), json_array(
    key,
    document -> '$.manifest.digest',
    document -> '$.references',
    document -> '$.repoDigests',
    document -> '$.config.created',
    document -> '$.sizeBytes',
    document -> '$.config.os',
    document -> '$.config.architecture',
    document -> '$.config.variant',
    document -> '$.config.config.Labels'
  ), NULL) AS document
  FROM records WHERE collection = 'images';

  CREATE TRIGGER image_added AFTER INSERT ON records WHEN new.collection = 'images' BEGIN
    DELETE FROM image_summaries WHERE id = new.key;
    INSERT INTO image_summaries SELECT * FROM due_image_summaries WHERE id = new.key;
  END;

  CREATE TRIGGER image_changed AFTER UPDATE ON records WHEN old.collection = 'images' OR new.collection = 'images' BEGIN
    DELETE FROM image_summaries WHERE id IN (old.key, new.key);
    INSERT INTO image_summaries SELECT * FROM due_image_summaries WHERE id IN (old.key, new.key);
  END;

  CREATE TRIGGER image_removed AFTER DELETE ON records WHEN old.collection = 'images' BEGIN
    DELETE FROM image_summaries WHERE id = old.key;
  END;

  INSERT INTO image_summaries SELECT * FROM due_image_summaries;
  `,
];
