import type { Database } from './database.ts';
import type { Summaries } from './metadata.ts';

/** See `schema.ts`, which has the tables and says what a summary is made of. */
export function openImageSummaries(database: Database): Summaries {
  return {
    // One text for all: a row each, and each parsed alone, takes twice as long. They lie in this order, where ORDER BY
    // inside the function would sort.
    all() {
      const row = database.get(
        `SELECT group_concat(ifnull(document, json_quote(id))) AS documents
        FROM (SELECT * FROM image_summaries ORDER BY id)`,
      );
      return JSON.parse(`[${row?.['documents'] ?? ''}]`) as readonly unknown[];
    },
    wrong: () =>
      database
        .all(
          `SELECT id FROM (SELECT * FROM image_summaries EXCEPT SELECT * FROM due_image_summaries)
          UNION
          SELECT id FROM (SELECT * FROM due_image_summaries EXCEPT SELECT * FROM image_summaries)`,
        )
        .map((row) => String(row['id'])),
    renew(key) {
      database.run('DELETE FROM image_summaries WHERE id = ?', key);
      database.run('INSERT INTO image_summaries SELECT * FROM due_image_summaries WHERE id = ?', key);
    },
  };
}
