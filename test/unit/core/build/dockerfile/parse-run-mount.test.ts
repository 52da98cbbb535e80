import { describe, expect, it } from 'vitest';
import { parseRunMount } from '../../../../../src/core/build/dockerfile/parse-run-mount.ts';

describe('parseRunMount', () => {
  it.each([
    ['target=/x', { type: 'bind', target: '/x', source: '', from: undefined, readOnly: true }],
    [
      'type=bind,dst=/x,src=/y,from=s,rw',
      { type: 'bind', target: '/x', source: '/y', from: 's', readOnly: false },
    ],
    [
      'type=cache,target=/c',
      { type: 'cache', id: '/c', sharing: 'shared', mode: undefined, readOnly: false },
    ],
    [
      'type=cache,target=/c,id=k,sharing=locked,mode=0700,uid=5,gid=6,ro',
      { id: 'k', sharing: 'locked', mode: 0o700, uid: 5, gid: 6, readOnly: true },
    ],
    ['type=tmpfs,target=/t,size=64m', { type: 'tmpfs', target: '/t', sizeBytes: 64 << 20 }],
    [
      'type=secret,id=npm,target=/r/.npmrc,required',
      { type: 'secret', id: 'npm', target: '/r/.npmrc', required: true },
    ],
    ['type=secret,target=/run/secrets/key', { type: 'secret', id: 'key', mode: 0o400 }],
    ['type=ssh', { type: 'ssh', id: 'default', mode: 0o600, target: undefined }],
    ['type=bind,"target=/a,b"', { target: '/a,b' }],
    ['TYPE=CACHE,TARGET=/c', { type: 'cache', target: '/c' }],
  ])('reads %s', (text, expected) => {
    expect(parseRunMount(text)).toMatchObject({ ok: true, mount: expected });
  });

  it.each([
    ['type=foo', 'unsupported mount type "foo"'],
    ['type=bind,target=/x,size=3', "unexpected key 'size' for mount type 'bind'"],
    ['type=bind,target=/x,uid=3', 'uid not allowed for "bind" type mounts'],
    ['type=bind,target=/x,what=3', "unexpected key 'what' in 'what=3'"],
    ['type=bind,target', "invalid field 'target' must be a key=value pair"],
    ['type=cache,target=/x,sharing=both', 'unsupported sharing value "both"'],
    ['type=cache,target=/x,mode=9', 'invalid value 9 for mode'],
    ['type=cache,target=/x,uid=4294967296', 'invalid value 4294967296 for uid'],
    ['type=tmpfs,target=/x,size=big', 'invalid value for size: big'],
    ['type=bind,target=/x,ro=perhaps', 'invalid value for ro: perhaps'],
    ['type=secret', 'invalid secret mount. one of source, target required'],
    ['type=secret,source=a,id=b', "both source and id can't be set"],
  ])('refuses %s', (text, message) => {
    expect(parseRunMount(text)).toMatchObject({ ok: false, message });
  });
});
