import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseSecrets } from '../../../../../src/app/commands/image/parse-secret.ts';

const here = mkdtempSync(join(tmpdir(), 'gantry-secrets-'));
for (const name of ['token.txt', 'own', 'file']) writeFileSync(join(here, name), 'secret');
afterAll(() => rmSync(here, { recursive: true }));

const ctx = { cwd: here, env: { TOKEN: 'of the environment', own: 'by its ID' } };
const inHome = relative(homedir(), join(here, 'token.txt'));

it.each([
  ['id=a,src=token.txt', { a: { path: join(here, 'token.txt') } }],
  [`id=a,source=${here}`, { a: { path: here } }],
  [`type=file,id=a,src=~/${inHome}`, { a: { path: join(here, 'token.txt') } }],
  ['id=a,env=TOKEN', { a: { value: 'of the environment' } }],
  ['type=env,id=a,src=TOKEN', { a: { value: 'of the environment' } }],
  ['id=own', { own: { value: 'by its ID' } }],
  ['type=file,id=own', { own: { path: join(here, 'own') } }],
  ['id=file', { file: { path: join(here, 'file') } }],
  ['id=a,env=UNSET', { a: { value: '' } }],
])('reads %s', (word, secrets) => {
  expect(parseSecrets([word], ctx)).toEqual(secrets);
});

it.each([
  ['src=x', 'secret missing ID'],
  ['id', "invalid field 'id' must be a key=value pair"],
  ['id=a,what=b', "unexpected key 'what' in 'what=b'"],
  ['id=a,type=b', 'unsupported secret type b'],
])('says what is wrong with %s', (word, why) => {
  expect(() => parseSecrets([word], ctx)).toThrow(
    `invalid argument ${JSON.stringify(word)} for "--secret" flag: ${why}`,
  );
});

it.each(['id=a,src=/no/such', 'id=/no/such', 'type=file,id=a,src=/no/such'])(
  'says at once that there is no file for %s',
  (word) => {
    expect(() => parseSecrets([word], ctx)).toThrow(
      'could not parse secrets: failed to stat /no/such: stat /no/such: no such file or directory',
    );
  },
);
