import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Runs a script of sh(1) in the context folder, after `LC_ALL=C`: names are bytes to it. */
function inContext(script: string): void {
  execFileSync('sh', ['-ec', script], { cwd: stand.contextDir, env: { ...process.env, LC_ALL: 'C' } });
}

const makeOddNames = `mkdir odd; cd odd
d=$(printf 'caf\\351'); mkdir "$d"; echo in > "$d/$(printf '\\377\\200')"
echo utf8 > 'grün'; ln -s "$(printf 'caf\\351')" link; ln -s "$(printf '/no/\\200where')" broken`;

/** Names and where links lead, as od(1) would show what is no ASCII. */
const show = String.raw`find . ! -name . | sort | while read -r f; do echo "$f $(readlink "$f")"; done | od -An -v -c | tr -d ' \n' | sed 's/\\n/;/g'`;

const expected = String.raw`./broken/no/\200where;./caf\351;./caf\351/\377\200;./gr303274n;./linkcaf\351;`;

describe('names and links that are not UTF-8', () => {
  const normal = (text: string): string => text.trim().replaceAll(/\\?(\d{3})/g, '$1');

  it('are copied from the context, from stages, over links, and into one layer', async () => {
    inContext(makeOddNames);
    const { output, result } = await stand.build({
      dockerfileText: `FROM busybox AS one
COPY odd /odd
FROM busybox
COPY --from=one /odd /again
COPY odd/link /through/link/
RUN cd /again && ${show}
RUN echo; cd /through/link; for f in *; do echo "$f"; done | od -An -c | tr -d ' '; cat *
`,
      noCache: true,
      squash: true,
      tags: ['odd'],
    });
    const [names, ...through] = output.split('\n');
    expect(normal(names ?? '')).toBe(normal(expected));
    expect(through.map(normal)).toEqual([normal(String.raw`\377\200\n`), 'in', '']);
    const after = await stand.build({ dockerfileText: `FROM odd\nRUN cd /again && ${show}\n` });
    expect(normal(after.output)).toBe(normal(expected));
    expect(result.imageId).toMatch(/^sha256:/);
  });

  it('make another layer when only such a byte differs', async () => {
    inContext(`mkdir bytes; ln -s "$(printf 'a\\200')" bytes/link`);
    const dockerfileText = 'FROM busybox\nCOPY bytes /b\nRUN readlink /b/link | od -An -c\n';
    const first = await stand.build({ dockerfileText });
    inContext(`ln -sf "$(printf 'a\\201')" bytes/link`);
    const second = await stand.build({ dockerfileText });
    expect([first.output.trim(), second.output.trim()]).toEqual(['a 200  \\n', 'a 201  \\n']);
  });

  it('are made by a step, no younger than SOURCE_DATE_EPOCH, and written out', async () => {
    const out = stand.root.at('out');
    await stand.build({
      dockerfileText: `FROM busybox AS made\nRUN mkdir /o && cd /o && ${makeOddNames.replaceAll('\n', '; ')}
FROM scratch\nCOPY --from=made /o /\n`,
      buildArgs: { SOURCE_DATE_EPOCH: '1000000000' },
      output: { kind: 'folder', path: out },
    });
    const said = execFileSync('sh', ['-c', show], {
      cwd: join(out, 'odd'),
      env: { ...process.env, LC_ALL: 'C' },
    });
    expect(normal(said.toString())).toBe(normal(expected));
    expect(readFileSync(join(out, 'odd/grün'), 'utf8')).toBe('utf8\n');
  });
});

describe('times', () => {
  it('of before 1970, and to the nanosecond, are kept by COPY, ADD, --squash and -o', async () => {
    inContext(`mkdir times; cd times; echo x > file; ln -s file link; mkdir folder; mkfifo pipe
head -c 300000 /dev/zero > large
for f in file link folder pipe large; do touch -h -d '1955-11-05 06:15:00.123456789Z' $f; done
tar cf ../times.tar --format=pax file link folder large`);
    const out = stand.root.at('times');
    await stand.build({
      dockerfileText:
        'FROM scratch AS one\nCOPY times /t/\nFROM scratch\nCOPY --from=one /t /c\nADD times.tar /a/\n',
      output: { kind: 'folder', path: out },
      squash: true,
      noCache: true,
    });
    const stat = execFileSync('sh', ['-c', 'stat -c "%n %y" c/* a/*'], {
      cwd: out,
      env: { ...process.env, TZ: 'UTC' },
    });
    const lines = stat.toString().trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      ...['c/file', 'c/folder', 'c/large', 'c/link', 'c/pipe', 'a/file', 'a/folder', 'a/large', 'a/link'],
    ]);
    for (const line of lines) expect(line).toContain('1955-11-05 06:15:00.123456789');
  });
});
