import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A credential helper that keeps its secrets in a file, and a diary of what it was asked. */
export interface TestHelper {
  /** For `PATH`. */
  readonly path: string;
  /** `get SERVER`, `store SERVER`, … in order. */
  asked(): readonly string[];
  kept(): Readonly<Record<string, { readonly Username: string; readonly Secret: string }>>;
}

/** Writes `docker-credential-NAME` into a folder of its own below `folder`. */
export function credentialHelperProgram(folder: string, name: string): TestHelper {
  const bin = join(folder, 'helpers');
  mkdirSync(bin, { recursive: true });
  const [diary, store] = [join(bin, 'diary'), join(bin, 'store.json')];
  const program = join(bin, `docker-credential-${name}`);
  writeFileSync(
    program,
    `#!${process.execPath}
const fs = require('node:fs');
const verb = process.argv[2];
const input = verb === 'list' ? '' : fs.readFileSync(0, 'utf8').trim();
const kept = fs.existsSync(${JSON.stringify(store)}) ? JSON.parse(fs.readFileSync(${JSON.stringify(store)}, 'utf8')) : {};
const server = verb === 'store' ? JSON.parse(input).ServerURL : input;
fs.appendFileSync(${JSON.stringify(diary)}, verb + ' ' + server + '\\n');
if (verb === 'store') { const { ServerURL, ...rest } = JSON.parse(input); kept[ServerURL] = rest; }
else if (verb === 'list') console.log(JSON.stringify(Object.fromEntries(Object.entries(kept).map(([key, { Username }]) => [key, Username]))));
else if (kept[server] === undefined) { console.log('credentials not found in native keychain'); process.exit(1); }
else if (verb === 'get') console.log(JSON.stringify({ ServerURL: server, ...kept[server] }));
else delete kept[server];
fs.writeFileSync(${JSON.stringify(store)}, JSON.stringify(kept));
`,
  );
  chmodSync(program, 0o755);
  return {
    path: `${bin}:${process.env['PATH']}`,
    asked: () => (existsSync(diary) ? readFileSync(diary, 'utf8').trim().split('\n') : []),
    kept: () => (existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : {}),
  };
}
