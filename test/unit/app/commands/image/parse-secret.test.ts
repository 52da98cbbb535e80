import { homedir } from 'node:os';
import { expect, it } from 'vitest';
import { parseSecrets } from '../../../../../src/app/commands/image/parse-secret.ts';

const ctx = { cwd: '/here', env: { TOKEN: 'of the environment', own: 'by its ID' } };

it.each([
  ['id=a,src=token.txt', { a: { path: '/here/token.txt' } }],
  ['id=a,source=/t', { a: { path: '/t' } }],
  ['type=file,id=a,src=~/t', { a: { path: `${homedir()}/t` } }],
  ['id=a,env=TOKEN', { a: { value: 'of the environment' } }],
  ['type=env,id=a,src=TOKEN', { a: { value: 'of the environment' } }],
  ['id=own', { own: { value: 'by its ID' } }],
  ['type=file,id=own', { own: { path: '/here/own' } }],
  ['id=file', { file: { path: '/here/file' } }],
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
