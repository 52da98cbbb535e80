import { GantryError } from '../../base/gantry-error.ts';
import { mendHint } from '../host/store-error.ts';
import type { Database } from './database.ts';
import type { Collection, Decode } from './metadata.ts';

/** Records of one kind in the table they all share. */
export function openCollection<T>(database: Database, name: string, decode: Decode<T>): Collection<T> {
  if (!/^[a-z-]+$/.test(name)) throw new RangeError(`not a collection's name: ${name}`);

  const read = (key: string, text: string): T => {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (cause) {
      throw new GantryError({
        kind: 'corrupt',
        code: 'record-corrupt',
        message: `the record ${name}/${key} in ${database.path} is not JSON`,
        hint: mendHint,
        cause,
      });
    }
    try {
      return decode(document, key);
    } catch (error) {
      throw withHint(GantryError.from(error));
    }
  };

  return {
    get(key) {
      const row = database.get('SELECT document FROM records WHERE collection = ? AND key = ?', name, key);
      return row === undefined ? undefined : read(key, String(row['document']));
    },
    has: (key) =>
      database.get('SELECT 1 FROM records WHERE collection = ? AND key = ?', name, key) !== undefined,
    put(key, value) {
      database.run(
        'INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document',
        name,
        key,
        JSON.stringify(value),
      );
    },
    delete: (key) => database.run('DELETE FROM records WHERE collection = ? AND key = ?', name, key) > 0,
    // Rows are fetched before the first is handed out: a loop over them may change them.
    *entries(prefix = '', without = []) {
      const rows = database.all(
        `SELECT key, ${documentWithout(without)} FROM records WHERE collection = ? AND key >= ? AND key < ? ORDER BY key`,
        name,
        prefix,
        prefix + lastCharacter,
      );
      for (const row of rows) {
        const key = String(row['key']);
        yield [key, read(key, String(row['document']))];
      }
    },
    keys: (prefix = '') =>
      database
        .all(
          'SELECT key FROM records WHERE collection = ? AND key >= ? AND key < ? ORDER BY key',
          name,
          prefix,
          prefix + lastCharacter,
        )
        .map((row) => String(row['key'])),
    count: () => Number(database.get('SELECT count(*) AS n FROM records WHERE collection = ?', name)?.['n']),
  };
}

/** A column. What is no JSON comes whole, for whoever reads it to say so. */
function documentWithout(members: readonly string[]): string {
  if (members.length === 0) return 'document';
  const paths = members.map((member) => {
    if (!/^[a-zA-Z.]+$/.test(member)) throw new RangeError(`not a member's path: ${member}`);
    return `'$.${member}'`;
  });
  return `iif(json_valid(document), json_remove(document, ${paths.join(', ')}), document) AS document`;
}

/** Decoders know what is wrong, not what to do. */
function withHint(error: GantryError): GantryError {
  if (error.hint !== undefined) return error;
  const { kind, code, message, details, cause } = error;
  return new GantryError({ kind, code, message, hint: mendHint, details, cause });
}

/** Sorts behind all that a key may go on with. */
const lastCharacter = '\u{10ffff}';
