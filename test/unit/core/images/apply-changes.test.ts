import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../../../src/core/images/apply-changes.ts';

describe('applyChanges', () => {
  it.each([
    ['CMD ["a", "b"]', {}, { Cmd: ['a', 'b'] }],
    ['cmd echo hi', {}, { Cmd: ['/bin/sh', '-c', 'echo hi'] }],
    ['CMD x', { Shell: ['/bin/bash', '-c'] }, { Shell: ['/bin/bash', '-c'], Cmd: ['/bin/bash', '-c', 'x'] }],
    ['ENTRYPOINT ["/e"]', { Cmd: ['old'] }, { Entrypoint: ['/e'] }],
    [
      'ENV A=1 B="two words" C=it\\ is',
      { Env: ['A=0', 'Z=9'] },
      { Env: ['A=1', 'Z=9', 'B=two words', 'C=it is'] },
    ],
    ['ENV KEY some value', {}, { Env: ['KEY=some value'] }],
    [
      'EXPOSE 80 53/udp 8000-8001',
      {},
      { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} } },
    ],
    ['LABEL a.b="c d"', { Labels: { x: 'y' } }, { Labels: { x: 'y', 'a.b': 'c d' } }],
    ['ONBUILD RUN make', { OnBuild: ['RUN a'] }, { OnBuild: ['RUN a', 'RUN make'] }],
    ['STOPSIGNAL SIGINT', {}, { StopSignal: 'SIGINT' }],
    ['USER 1000:1000', {}, { User: '1000:1000' }],
    ['VOLUME ["/a", "/b c"]', {}, { Volumes: { '/a': {}, '/b c': {} } }],
    ['VOLUME /a /b', {}, { Volumes: { '/a': {}, '/b': {} } }],
    ['WORKDIR sub/../x', { WorkingDir: '/srv' }, { WorkingDir: '/srv/x' }],
    ['WORKDIR /abs', { WorkingDir: '/srv' }, { WorkingDir: '/abs' }],
  ])('%s', (change, before, after) => {
    expect(applyChanges(before, [change])).toEqual(after);
  });

  it.each([[['CMD ["a"]', 'ENTRYPOINT ["b"]']], [['ENTRYPOINT ["b"]', 'cmd ["a"]']]])(
    'keeps a command that is given beside an entrypoint: %j',
    (changes) => {
      expect(applyChanges({ Cmd: ['old'] }, changes)).toEqual({ Cmd: ['a'], Entrypoint: ['b'] });
    },
  );

  it.each([
    ['RUN make', /RUN is not a valid change command/],
    ['', /is not a valid change command/],
    ['CMD', /requires at least one argument/],
    ['ENV A', /must have two arguments/],
    ['ENV A=1 B', /can't find =/],
    ['ENV A="1', /not closed/],
    ['EXPOSE 70000', /invalid containerPort/],
    ['EXPOSE 9-8', /invalid containerPort/],
    ['USER a b', /exactly one argument/],
    ['ONBUILD ONBUILD RUN x', /Chaining ONBUILD/],
    ['ONBUILD FROM x', /isn't allowed as an ONBUILD trigger/],
  ])('refuses %j', (change, message) => {
    expect(() => applyChanges({}, [change])).toThrow(message);
  });

  it('answers any text with a configuration or one kind of error', () => {
    const word = fc.constantFrom('ENV', 'LABEL', 'CMD', 'EXPOSE', 'VOLUME', 'WORKDIR', 'x');
    fc.assert(
      fc.property(word, fc.string(), (name, rest) => {
        try {
          expect(typeof applyChanges({}, [`${name} ${rest}`])).toBe('object');
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid', code: 'bad-change' });
        }
      }),
    );
  });
});
