import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { MemoryFiles } from '../../runtime/memory-files.ts';
import type { Runtime, SpecForRoot } from '../../runtime/runtime.ts';
import type { ResolvedMount } from '../../runtime/spec/mounts.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { StageState } from '../solver/stage-state.ts';
import type { LayerTarget } from '../solver/step-work.ts';
import { MountStubs } from './mount-stubs.ts';
import { proxyEnv } from './proxy-args.ts';
import type { RunCommandLine } from './run-command-line.ts';
import { type MountSources, prepareMounts } from './run-mounts.ts';
import { type StepNetwork, type StepNetworkName, stepHostname, stepNetwork } from './step-network.ts';

/** What every container has mounted by its runtime: made by it where an image lacks them. */
const systemTargets = ['/proc', '/dev', '/sys'];

export interface StepContainerInput extends MountSources {
  readonly instruction: RunInstruction;
  readonly line: RunCommandLine;
  readonly network: StepNetworkName;
  /** ENV and the ARGs a step sees. */
  readonly env: readonly string[];
}

/** All a RUN needs around its process, made ready: its network, its mounts, its secrets. Disposing gives it back. */
export interface StepContainer extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly id: string;
  /** For its run-time files. */
  readonly dir: string;
  readonly network: StepNetwork;
  /** What must not be seen of its output. */
  readonly secrets: readonly Uint8Array[];
  /** The secrets, for whoever runs it. */
  readonly memory: MemoryFiles | undefined;
  /** The specification for a process in it. */
  spec(args: readonly string[], options?: { readonly tty: boolean }): Promise<SpecForRoot>;
  /** Removes from the layer what was made only to mount on. To be called when the process has ended. */
  clearStubs(): void;
}

export async function openStepContainer(
  session: BuildSession,
  state: StageState,
  input: StepContainerInput,
  { plan, tree, upperDir, scratchDir }: LayerTarget,
): Promise<StepContainer> {
  const { line, instruction, env, privileged } = input;
  const id = basename(scratchDir);
  mkdirSync(scratchDir, { recursive: true, mode: 0o700 });
  session.guardSteps();
  const runtime = await session.dependencies.runtime();
  await using opened = new AsyncDisposableStack();
  const network = opened.use(await stepNetwork(session, input.network, id, scratchDir));
  const prepared = await prepareMounts(session, input, scratchDir, instruction.position);
  for (const one of prepared.held) opened.use(one);
  const mounts = [...network.mounts, ...prepared.mounts];
  if (line.script !== undefined) mounts.push(scriptMount(line.script, scratchDir));
  const targets = [...systemTargets, ...mounts.map((mount) => mount.target)];
  const stubs = new MountStubs(plan, upperDir, tree, targets);
  const owned = opened.move();
  return {
    runtime,
    id,
    dir: scratchDir,
    network,
    secrets: prepared.secrets,
    memory: prepared.memory,
    spec: (args, { tty } = { tty: false }) =>
      runtime.stepSpec({
        id,
        process: {
          args,
          env: [...proxyEnv(session.buildArgs, state.args), ...env, ...prepared.env],
          user: state.config.User ?? '',
          cwd: state.config.WorkingDir || '/',
        },
        hostname: stepHostname(session),
        network: network.mode,
        mounts,
        resources: session.resources,
        tty,
        privileged,
      }),
    clearStubs: () => stubs.clear(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function scriptMount(
  script: { readonly path: string; readonly data: string },
  scratchDir: string,
): ResolvedMount {
  const dir = join(scratchDir, 'pipes');
  mkdirSync(dir);
  const name = basename(script.path);
  writeFileSync(join(dir, name), script.data);
  chmodSync(join(dir, name), 0o755);
  return { kind: 'bind', source: dir, target: dirname(script.path), readOnly: true };
}
