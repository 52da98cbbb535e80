import { expect, test } from 'vitest';
import { mergeMounts } from '../../../../src/core/containers/merge-mounts.ts';

const bind = (target: string) =>
  ({ type: 'bind', source: '/src', target, readOnly: false, createSource: true }) as const;

test('a VOLUME of the image becomes an anonymous volume, unless something is mounted there', () => {
  const { mounts, anonymous } = mergeMounts([bind('/data/')], ['/data', '/log']);
  expect(mounts.map(({ type, target }) => `${type} ${target}`)).toEqual(['bind /data', 'volume /log']);
  expect(anonymous).toHaveLength(1);
  expect(anonymous[0]).toMatch(/^[0-9a-f]{64}$/);
});

test('a volume with a name keeps it and is nobody’s alone', () => {
  const volume = { type: 'volume', name: 'db', target: '/db', readOnly: false, noCopy: false } as const;
  expect(mergeMounts([volume], [])).toEqual({ mounts: [volume], anonymous: [] });
});

test('a volume without a name gives way to what is mounted at its place, another one too', () => {
  const volume = { type: 'volume', name: undefined, target: '/a', readOnly: false, noCopy: false } as const;
  expect(
    mergeMounts([volume, bind('/a'), { ...volume, target: '/b' }, { ...volume, target: '/b/' }], []),
  ).toMatchObject({
    mounts: [bind('/a'), { target: '/b' }],
    anonymous: [expect.any(String)],
  });
});

test.each([
  ['relative', 'mount path must be absolute'],
  ['/a/..', "destination can't be '/'"],
  ['/a\0b', 'mount path must be absolute'],
])('%j is no place for a mount', (target, message) => {
  expect(() => mergeMounts([bind(target)], [])).toThrow(message);
});

test.each(['foo', 'suid', 'dev', 'exec', 'rw', 'rro', 'rbind', 'unbindable'])(
  '%s is no way for mounts to spread, and reaches no runtime',
  (propagation) => {
    expect(() => mergeMounts([{ ...bind('/a'), propagation }], [])).toThrow(
      `invalid propagation mode: ${propagation}`,
    );
  },
);

test.each([
  ['size=1m,bind', '["bind"]'],
  ['tmpcopyup', '["tmpcopyup"]'],
  ['context=x', '["context","x"]'],
  ['size', '["size"]'],
])('a tmpfs does not have %s', (options, shown) => {
  expect(() => mergeMounts([{ type: 'tmpfs', target: '/t', options }], [])).toThrow(
    `invalid tmpfs option ${shown}`,
  );
});

test('two mounts at one place are refused', () => {
  expect(() => mergeMounts([bind('/a'), bind('/a/')], [])).toThrow('Duplicate mount point: /a');
});
