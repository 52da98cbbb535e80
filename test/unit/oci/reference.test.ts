import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalize,
  canonicalReference,
  familiarName,
  familiarReference,
  parseReference,
  splitName,
} from '../../../src/oci/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseReference', () => {
  it.each([
    ['web', 'docker.io/library/web:latest'],
    ['web:1', 'docker.io/library/web:1'],
    ['alice/web', 'docker.io/alice/web:latest'],
    ['docker.io/web', 'docker.io/library/web:latest'],
    ['index.docker.io/alice/web:2', 'docker.io/alice/web:2'],
    ['localhost/web', 'localhost/web:latest'],
    ['localhost:5000/web:1', 'localhost:5000/web:1'],
    ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c:latest'],
    ['[::1]:5000/web', '[::1]:5000/web:latest'],
    ['ghcr.io/o/r-x__y.z:v1.0_b', 'ghcr.io/o/r-x__y.z:v1.0_b'],
    [`web@${digest}`, `docker.io/library/web@${digest}`],
    [`web:1@${digest}`, `docker.io/library/web:1@${digest}`],
    ['UPPER/web', 'UPPER/web:latest'],
  ])('reads %s as %s', (text, canonical) => {
    expect(canonicalize(text)).toBe(canonical);
  });

  it.each([
    ['', /^invalid reference format$/],
    ['Web', /invalid reference format: repository name must be lowercase/],
    ['alice/Web:1', /repository name must be lowercase/],
    ['web:', /^invalid reference format$/],
    ['-web', /^invalid reference format$/],
    ['web//x', /^invalid reference format$/],
    ['web/../x', /^invalid reference format$/],
    ['a b', /^invalid reference format$/],
    ['not_a.host/web', /^invalid reference format$/],
    ['web\n', /^invalid reference format$/],
    [`web:${'x'.repeat(129)}`, /^invalid reference format$/],
    [`web@sha256:${'a'.repeat(63)}`, /invalid checksum digest length/],
    [`web@md5:${'a'.repeat(32)}`, /unsupported digest algorithm/],
    ['a'.repeat(64), /cannot specify 64-byte hexadecimal strings/],
    ['w'.repeat(256), /must not be more than 255 characters/],
    ['w'.repeat(100_000), /^invalid reference format$/],
  ])('refuses case $#', (text, message) => {
    expect(() => parseReference(text)).toThrow(message);
  });
});

it.each([
  ['Web', 'Write web instead of Web.'],
  ['Web:1', 'Write web instead of Web.'],
  ['library/Web', 'Write library/web instead of library/Web.'],
  ['docker.io/Web', 'Write web instead of Web.'],
  ['127.0.0.1:5000/Team/web:1', 'Write team/web instead of Team/web.'],
])('speaks of what was typed: %s', (text, hint) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ hint }));
});

describe('familiar names', () => {
  it.each([
    ['docker.io/library/web:1', 'web:1'],
    ['docker.io/alice/web:1', 'alice/web:1'],
    ['127.0.0.1:5000/web:1', '127.0.0.1:5000/web:1'],
    ['docker.io/library/alice.b/c', 'library/alice.b/c'],
  ])('shorten %s to %s', (text, familiar) => {
    expect(familiarReference(parseReference(text))).toBe(familiar);
  });

  it('leave tag and digest out of the repository column', () => {
    expect(familiarName(parseReference(`web:1@${digest}`))).toBe('web');
  });
});

const part = fc.stringMatching(/^[a-z0-9]{1,6}(?:(?:[._]|__|-{1,2})[a-z0-9]{1,6}){0,2}$/);
const host = fc.constantFrom('docker.io/', 'localhost/', 'ghcr.io/', '127.0.0.1:5000/', '[::1]:5000/', '');
const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}$/));
const named = fc
  .tuple(host, fc.array(part, { minLength: 1, maxLength: 4 }), tag, fc.boolean())
  // A first part with a dot would be the host, and may hold what no host may.
  .filter(([h, parts]) => h !== '' || parts.length === 1 || !parts[0]!.includes('.'))
  .map(([h, parts, t, d]) => `${h}${parts.join('/')}${t === null ? '' : `:${t}`}${d ? `@${digest}` : ''}`);

describe('any valid reference', () => {
  it('means the same in its canonical and its familiar form', () => {
    fc.assert(
      fc.property(named, (text) => {
        const reference = parseReference(text);
        expect(parseReference(canonicalReference(reference))).toEqual(reference);
        expect(parseReference(familiarReference(reference))).toEqual(reference);
      }),
    );
  });

  it('splits into repository and tag as it is parsed', () => {
    fc.assert(
      fc.property(named, (text) => {
        const reference = parseReference(text);
        const { repository, tag } = splitName(familiarReference(reference));
        expect([repository, tag]).toEqual([familiarName(reference), reference.tag]);
      }),
    );
  });

  it('or any other text never yields a name that could leave a URL path', () => {
    fc.assert(
      fc.property(
        fc.oneof(named, fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 30 })),
        (text) => {
          try {
            const { domain, path } = parseReference(text);
            expect(`${domain}/${path}`).toMatch(/^[A-Za-z0-9.:[\]-]+(?:\/[a-z0-9._-]+)+$/);
            expect(path.split('/')).not.toContain('..');
          } catch (error) {
            expect(error).toMatchObject({ kind: 'invalid', code: 'bad-reference' });
          }
        },
      ),
    );
  });
});
