import { parseArgs } from 'node:util';
import { setup as buildIfStale } from '../test/support/build-if-stale.ts';
import { enterOwnNetworkNamespace } from '../test/support/own-network-namespace.ts';
import type { ProgramResult } from '../test/support/run-program.ts';
import { runProgram } from '../test/support/run-program.ts';
import { image, openStage } from './bench/stage.ts';
import { type CommandLine, commandLines } from './compare/command-lines.ts';
import { normalise } from './compare/normalise.ts';

const { values } = parseArgs({ options: { verbose: { type: 'boolean', short: 'v', default: false } } });
if (process.getuid?.() !== 0) {
  console.error('node scripts/compare.ts [-v]   (as root)');
  process.exit(1);
}

buildIfStale();
enterOwnNetworkNamespace();
await using stage = await openStage(true, (reason) => console.log(reason));
const { gantry, docker, podman } = stage;
const engines = [gantry, docker, podman].filter((engine) => engine !== undefined);
for (const { argv, env } of engines) await runProgram([...argv, 'tag', image, 'busybox:latest'], { env });

let unexplained = 0;
const counts = { same: 0, meant: 0 };
console.log(`${'status'.padEnd(14)}docker       podman       line`);
for (const line of commandLines) {
  const answers: ProgramResult[] = [];
  for (const [at, engine] of engines.entries()) answers.push(await answer(engine, line, String(at)));
  const [own, ...peers] = answers;
  const [ofDocker, ofPodman] = docker === undefined ? [undefined, ...peers] : peers;
  const differences = ofDocker === undefined || own === undefined ? [] : differencesOf(line, own, ofDocker);
  const open = differences.filter(({ why }) => why === undefined);
  unexplained += open.length;
  if (differences.length === 0) counts.same += 1;
  else if (open.length === 0) counts.meant += 1;
  const statuses = [own, ofDocker, ofPodman].map((result) => result?.status ?? '-').join('/');
  console.log(
    `${statuses.padEnd(14)}${verdict(differences).padEnd(13)}${(same(own, ofPodman) ? 'same' : 'differs').padEnd(13)}${line.words.join(' ')}`,
  );
  for (const { part, ours, theirs, why } of differences) {
    if (why !== undefined && !values.verbose) console.log(`                ${part}: ${why}`);
    else
      console.log(
        `                ${part}: ${why ?? 'UNEXPLAINED'}\n                  gantry ${ours}\n                  docker ${theirs}`,
      );
  }
}
console.log(
  `\n${commandLines.length} lines: ${counts.same} the same as docker, ${counts.meant} meant to differ, ${unexplained} differences without a reason.`,
);
process.exitCode = unexplained > 0 ? 1 : 0;

interface Difference {
  readonly part: 'status' | 'stdout' | 'stderr';
  readonly ours: string;
  readonly theirs: string;
  readonly why: string | undefined;
}

async function answer(
  { argv, env }: { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> },
  { words, input, anyOrder = false }: CommandLine,
  number: string,
): Promise<ProgramResult> {
  const own = words.map((word) => word.replaceAll('{n}', number));
  const { status, stdout, stderr } = await runProgram([...argv, ...own], {
    env,
    ...(input !== undefined && { input }),
  });
  const numbered = new RegExp(`\\b(18|10\\.[89]|fd[89])${number}(9[7-9]|\\.\\d\\.|::)`, 'g');
  const withoutNumber = (text: string): string => text.replaceAll(numbered, '$1$2');
  return normalise({ status, stdout: withoutNumber(stdout), stderr: withoutNumber(stderr) }, anyOrder);
}

function differencesOf({ why }: CommandLine, own: ProgramResult, peer: ProgramResult): readonly Difference[] {
  return (['status', 'stdout', 'stderr'] as const)
    .filter((part) => own[part] !== peer[part])
    .map((part) => ({
      part,
      ours: JSON.stringify(own[part]),
      theirs: JSON.stringify(peer[part]),
      why: why?.[part],
    }));
}

function verdict(differences: readonly Difference[]): string {
  if (differences.length === 0) return 'same';
  return differences.every(({ why }) => why !== undefined) ? 'meant' : 'DIFFERS';
}

/** Podman has words of its own: its status and output are compared. */
function same(own: ProgramResult | undefined, peer: ProgramResult | undefined): boolean {
  return own?.status === peer?.status && own?.stdout === peer?.stdout;
}
