import type { ProgramResult } from '../../test/support/run-program.ts';
import { check } from './kill-round.ts';
import type { TortureStand } from './stand.ts';
import { removeEverything, storeRest } from './store-rest.ts';

/** What came of a stress. */
export interface StressResult {
  /** How often each command ran, and how often it ended with an error a person could expect. */
  readonly runs: ReadonlyMap<string, { readonly count: number; readonly refused: number }>;
}

type Words = (stand: TortureStand, random: number) => readonly string[];

const tag = (random: number): string => `tag${Math.floor(random * 5)}:1`;

const commands: Readonly<Record<string, Words>> = {
  pull: ({ images }, random) => ['pull', '-q', images[random < 0.5 ? 0 : 1]],
  tag: ({ images }, random) => ['tag', images[random < 0.5 ? 0 : 1], tag(random)],
  rmi: ({ images }, random) => ['rmi', random < 0.5 ? tag(random * 2) : images[random < 0.75 ? 0 : 1]],
  prune: (_, random) => ['image', 'prune', random < 0.5 ? '-f' : '-af'],
  images: () => ['images', '-a'],
  load: ({ archive }) => ['load', '-q', '-i', archive],
  save: ({ images, root }, random) => ['save', '-o', root.at(`saved-${random}`), images[0]],
  push: ({ images }) => ['push', '-q', images[0]],
  build: ({ context }, random) => ['build', '-q', '-t', tag(random), context],
  run: ({ images }) => ['run', '--rm', images[1], 'true'],
};

/**
 * What a person expects when others remove what he names: that it is not there (any more). A name that was removed
 * while it was being used is told so too.
 */
const expected =
  /No such image|An image does not exist locally with the tag|was removed while it was being used|unable to delete .* (?:is using its referenced image|is being used by)/;

/**
 * Several processes at a time pull, tag, remove, prune, load, save, push, build and run the same images. Throws when
 * one fails as nobody could expect, when the image of a container is not whole at the end, when the check finds
 * anything, or when something is left once everything is removed.
 */
export async function stress(
  stand: TortureStand,
  processes: number,
  durationMs: number,
): Promise<StressResult> {
  const { gantry, images } = stand;
  await gantry.must('pull', '-q', images[1]);
  await gantry.must('tag', images[1], 'kept:1');
  await gantry.must('create', '--name', 'keeper', 'kept:1', 'cat', '/ran');
  const runs = new Map<string, { count: number; refused: number }>();
  const failures: string[] = [];
  const end = performance.now() + durationMs;
  const note = (name: string, args: readonly string[], { status, stderr }: ProgramResult): void => {
    const run = runs.get(name) ?? { count: 0, refused: 0 };
    run.count += 1;
    if (status !== 0) run.refused += 1;
    runs.set(name, run);
    if (status !== 0 && !expected.test(stderr)) failures.push(`${args.join(' ')} (${status}): ${stderr}`);
  };
  const worker = async (): Promise<void> => {
    while (performance.now() < end && failures.length === 0) {
      const [name, words] = pick(Object.entries(commands));
      const args = words(stand, Math.random());
      note(name, args, await gantry(...args));
    }
  };
  await Promise.all(Array.from({ length: processes }, worker));
  if (failures.length > 0) throw new Error(failures.join('\n'));
  const { findings } = await check(stand, '--full');
  if (findings.length > 0) throw new Error(`found at the end:\n${JSON.stringify(findings, null, 2)}`);
  const said = await gantry.must('start', '-a', 'keeper');
  if (said !== 'x\nx\n') throw new Error(`the kept image says ${JSON.stringify(said)}`);
  await removeEverything(gantry);
  const rest = storeRest(stand.root.dirs);
  if (rest.length > 0) throw new Error(`left when everything is removed:\n${rest.join('\n')}`);
  return { runs };
}

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}
