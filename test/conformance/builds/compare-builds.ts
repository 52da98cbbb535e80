import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { limiter } from '../../../src/core/transfer/limiter.ts';
import { baseImage } from '../../support/base-images.ts';
import { openBuilder } from '../../support/build-stand.ts';
import type { CliStand } from '../../support/cli-stand.ts';
import type { DockerDaemon } from '../../support/docker-daemon.ts';
import { mustRun, type ProgramResult } from '../../support/run-program.ts';
import type { CorpusCase } from './corpus/corpus-case.ts';
import { writeCorpusContext, writeTo } from './corpus-context.ts';
import { imageFacts } from './image-facts.ts';

export interface Compared {
  readonly one: CorpusCase;
  /** `refused`: by both. `alone`: the peer does not know it, and the image is as it should be. */
  readonly verdict: 'same' | 'refused' | 'justified' | 'alone' | 'different';
  /** What differs: `- ` as the peer has it, `+ ` as we have it. */
  readonly lines: readonly string[];
}

/** What differs everywhere, and is meant to. */
const everywhere: readonly { readonly what: RegExp; readonly why: string }[] = [
  { what: /^- ArgsEscaped /, why: 'only Windows images have it today; BuildKit has left it out since' },
];

/** Builds of both at a time. */
const parallelBuilds = 3;

/** Builds every case by gantry and by docker (with BuildKit), and compares what they came to. */
export async function compareBuilds(
  cases: readonly CorpusCase[],
  { root, gantry }: CliStand,
  docker: DockerDaemon,
): Promise<readonly Compared[]> {
  const common = root.at('corpus');
  mkdirSync(common);
  writeCorpusContext(common);
  const base = await baseImage('busybox');
  await docker.must('import', '-c', 'CMD ["sh"]', base, 'busybox:latest');
  await mustRun(['sh', '-c', '$DOCKER save busybox:latest | "$@" load', 'sh', ...gantry.argv], {
    env: { ...gantry.env, ...docker.env, DOCKER: docker.argv.join(' ') },
  });
  const limit = limiter(parallelBuilds);
  const ends = await Promise.all(
    cases.map((one, index) =>
      limit(async () => {
        const dir = one.files === undefined ? common : root.at(`corpus-${index}`);
        if (one.files !== undefined) {
          cpSync(common, dir, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
          for (const [path, text] of Object.entries(one.files)) writeTo(join(dir, path), text);
        }
        const file = root.at('dockerfiles', String(index));
        writeTo(file, one.dockerfile);
        const words = ['build', '-q', '-f', file, ...(one.options ?? []), '-t'];
        const ours = await gantry(...words, `ours-${index}`, dir);
        const theirs =
          one.alone === undefined
            ? await docker.dockerWith({ env: { DOCKER_BUILDKIT: '1' } }, ...words, `theirs-${index}`, dir)
            : undefined;
        return { ours, theirs };
      }),
    ),
  );
  const built = ends.flatMap(({ theirs }, index) => (theirs?.status === 0 ? [`theirs-${index}`] : []));
  await mustRun(['sh', '-c', '$DOCKER save $THEIRS | "$@" load', 'sh', ...gantry.argv], {
    env: { ...gantry.env, ...docker.env, DOCKER: docker.argv.join(' '), THEIRS: built.join(' ') },
  });
  using builder = openBuilder(root.dirs);
  const factsOf = (name: string): readonly string[] => imageFacts(builder.services, name);
  return cases.map((one, index) => compare(one, index, ends[index] as Ends, factsOf));
}

interface Ends {
  readonly ours: ProgramResult;
  readonly theirs: ProgramResult | undefined;
}

function compare(
  one: CorpusCase,
  index: number,
  { ours, theirs }: Ends,
  factsOf: (name: string) => readonly string[],
): Compared {
  const refusals = [ours, theirs].map((end) => end !== undefined && end.status !== 0);
  if (one.fails === true && refusals.every(Boolean)) return { one, verdict: 'refused', lines: [] };
  if (one.fails === true || refusals.some(Boolean)) {
    const said = [theirs, ours].map(
      (end, at) => `${at === 0 ? '-' : '+'} status ${end?.status}: ${lastLine(end?.stderr ?? '')}`,
    );
    return judged(one, said);
  }
  const own = factsOf(`ours-${index}`);
  if (one.alone !== undefined) {
    const missing = one.alone.has.filter((line) => !own.some((fact) => fact.startsWith(line)));
    return {
      one,
      verdict: missing.length === 0 ? 'alone' : 'different',
      lines: missing.map((line) => `- ${line}`),
    };
  }
  const peer = factsOf(`theirs-${index}`);
  return judged(one, [
    ...peer.filter((fact) => !own.includes(fact)).map((fact) => `- ${fact}`),
    ...own.filter((fact) => !peer.includes(fact)).map((fact) => `+ ${fact}`),
  ]);
}

function judged(one: CorpusCase, lines: readonly string[]): Compared {
  const left = lines.filter((line) => !everywhere.some(({ what }) => what.test(line)));
  if (left.length === 0) return { one, verdict: 'same', lines: [] };
  const { differs } = one;
  const isMeant = differs !== undefined && left.every((line) => differs.what.test(line));
  return { one, verdict: isMeant ? 'justified' : 'different', lines: left };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
