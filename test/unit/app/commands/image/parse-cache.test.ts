import { describe, expect, it } from 'vitest';
import { parseCacheFrom, parseCacheTo } from '../../../../../src/app/commands/image/parse-cache.ts';

describe('--cache-from and --cache-to', () => {
  it('read places as buildx does', () => {
    expect(parseCacheFrom('host/app:1', '/w')).toEqual({ type: 'registry', reference: 'host/app:1' });
    expect(parseCacheFrom('type=registry,ref=host/app:1', '/w')).toEqual({
      type: 'registry',
      reference: 'host/app:1',
    });
    expect(parseCacheFrom('type=local,src=c', '/w')).toEqual({ type: 'local', path: '/w/c' });
    expect(parseCacheTo('type=inline', '/w')).toEqual({ type: 'inline' });
    expect(parseCacheTo('type=local,dest=/c,mode=max', '/w')).toEqual({
      type: 'local',
      path: '/c',
      mode: 'max',
    });
    expect(parseCacheTo('type=registry,ref=host/app:1', '/w')).toMatchObject({ mode: 'min' });
  });

  it.each([
    ['type=gha', 'unknown cache type "gha"'],
    ['type=local,src=c', 'dest is required for the local cache'],
    ['type=registry', 'ref is required for the registry cache'],
    ['type=local,dest=c,mode=some', 'invalid mode "some"'],
    ['dest=c', 'type required form> "dest=c"'],
    ['type=local,dest', 'invalid value dest'],
  ])('refuse %s', (word, why) => {
    expect(() => parseCacheTo(word, '/w')).toThrow(
      `invalid argument ${JSON.stringify(word)} for "--cache-to" flag: ${why}`,
    );
  });
});
