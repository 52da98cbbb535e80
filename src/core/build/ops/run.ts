import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import type { Resources } from '../../../engine/containers.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { parseRunMount, type RunMount } from '../dockerfile/parse-run-mount.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { cacheKey } from '../solver/cache-key.ts';
import type { Expander } from '../solver/expander.ts';
import type { Origin } from '../solver/origins.ts';
import { type StageState, variableOf } from '../solver/stage-state.ts';
import type { LayerTarget, StepWork } from '../solver/step-work.ts';
import { contentKey } from '../tree/content-key.ts';
import { KnownContents } from '../tree/known-contents.ts';
import { Pacer } from '../tree/pacer.ts';
import { runCreatedBy } from './created-by.ts';
import { MountStubs } from './mount-stubs.ts';
import { proxyEnv } from './proxy-args.ts';
import { resolveSources } from './resolve-sources.ts';
import { type RunCommandLine, runCommandLine } from './run-command-line.ts';
import { type FoundMount, prepareMounts } from './run-mounts.ts';
import { SecretMask } from './secret-mask.ts';
import { type StepNetworkName, stepHostname, stepNetwork } from './step-network.ts';
import { unsupported } from './unsupported.ts';
import { absolutePath } from './workdir.ts';

/** What every container has mounted by its runtime: made by it where an image lacks them. */
const systemTargets = ['/proc', '/dev', '/sys'];

export interface RunInputs {
  readonly instruction: RunInstruction;
  readonly expand: Expander;
  readonly vertex: string;
  /** Files of what `--mount=from=` names, already solved. */
  readonly originOf: (from: string) => Origin;
}

/** RUN: a container with Docker's defaults on the stage so far; what it changes becomes the layer. */
export function prepareRun(session: BuildSession, state: StageState, inputs: RunInputs): StepWork {
  const { instruction, expand } = inputs;
  const { position } = instruction;
  if (instruction.security === 'insecure') {
    throw unsupported('RUN --security=insecure', position, 'the step would have all rights of the host');
  }
  if (instruction.devices.length > 0) throw unsupported('RUN --device', position);
  const network = networkOf(session, instruction);
  const mounts = instruction.mounts.map((text) => readMount(expand.word(text), position));
  const line = runCommandLine(instruction, state.config);
  const declared = [...state.args.keys()].flatMap((name): (readonly [string, string])[] => {
    const value = variableOf(state, name);
    return value === undefined ? [] : [[name, value]];
  });
  const env = [...environmentArgs(state), ...(state.config.Env ?? [])];
  const pacer = new Pacer(session.signal);
  const contents = new KnownContents();
  let found: Promise<readonly FoundMount[]> | undefined;
  const find = (): Promise<readonly FoundMount[]> => {
    found ??= findMounts(session, state, mounts, inputs, pacer);
    return found;
  };
  const facts = {
    below: state.chainId ?? null,
    argv: line.argv,
    script: line.script?.data ?? null,
    env,
    cwd: state.config.WorkingDir || '/',
    user: state.config.User ?? '',
    network,
    platform: state.platform,
    ...limitFacts(session.resources),
  };
  const byContent = async (): Promise<string> => {
    const parts = [];
    for (const { mount, selection } of mounts.length === 0 ? [] : await find()) {
      const content =
        selection && (await contentKey([selection], { owners: true, digest: contents.digest, pacer }));
      parts.push([keyPart(mount), content ?? null]);
    }
    return cacheKey('run', { ...facts, mounts: parts });
  };
  const taking = mounts.filter(takesFiles);
  const fromStages = taking.some(({ from }) => from !== undefined);
  const readsContext = taking.some(
    ({ from }) => from === undefined || inputs.originOf(from).folder !== undefined,
  );
  const byLayers = (): string =>
    cacheKey('run', {
      ...facts,
      mounts: mounts.map((mount) => [keyPart(mount), originChain(mount, inputs)]),
    });
  return {
    kind: 'layer',
    state,
    createdBy: runCreatedBy(line.argv, declared),
    keys: fromStages && !readsContext ? [byLayers, byContent] : [byContent],
    write: async (target) => {
      await execute(
        session,
        state,
        { ...inputs, line, network, env, found: await find(), contents, pacer },
        target,
      );
      return true;
    },
  };
}

interface Execution extends RunInputs {
  readonly line: RunCommandLine;
  readonly network: StepNetworkName;
  readonly env: readonly string[];
  readonly found: readonly FoundMount[];
  readonly contents: KnownContents;
  readonly pacer: Pacer;
}

async function execute(
  session: BuildSession,
  state: StageState,
  execution: Execution,
  target: LayerTarget,
): Promise<void> {
  const { line, vertex, instruction } = execution;
  const { plan, tree, upperDir, scratchDir } = target;
  const id = basename(scratchDir);
  mkdirSync(scratchDir, { recursive: true, mode: 0o700 });
  session.guardSteps();
  const runtime = await session.dependencies.runtime();
  await using network = await stepNetwork(session, execution.network, id, scratchDir);
  const prepared = await prepareMounts(session, execution, scratchDir, instruction.position);
  using held = new DisposableStack();
  for (const one of prepared.held) held.use(one);
  const mounts = [...network.mounts, ...prepared.mounts];
  if (line.script !== undefined) mounts.push(scriptMount(line.script, scratchDir));

  const stubs = new MountStubs(plan, upperDir, tree, [
    ...systemTargets,
    ...mounts.map((mount) => mount.target),
  ]);
  const process = {
    args: line.argv,
    env: [...proxyEnv(session.buildArgs, state.args), ...execution.env, ...prepared.env],
    user: state.config.User ?? '',
    cwd: state.config.WorkingDir || '/',
  };
  const masks = { stdout: new SecretMask(prepared.secrets), stderr: new SecretMask(prepared.secrets) };
  const tell = (stream: 'stdout' | 'stderr', data: Uint8Array): void => {
    if (data.length > 0) session.emit({ kind: 'output', vertex, stream, data });
  };
  const { mode } = network;
  const { resources } = session;
  const request = { id, process, hostname: stepHostname, network: mode, mounts, resources };
  const spec = await runtime.stepSpec(request);
  const exitCode = await runtime.runStep({
    id,
    dir: scratchDir,
    rootfs: plan,
    spec,
    network: network.network,
    configureNetwork: network.configureNetwork,
    onOutput: (stream, data) => tell(stream, masks[stream].take(data)),
    signal: session.signal,
  });
  for (const stream of ['stdout', 'stderr'] as const) tell(stream, masks[stream].end());
  stubs.clear();
  if (exitCode !== 0) throw stepFailed(line.argv, exitCode);
}

function stepFailed(argv: readonly string[], exitCode: number): GantryError {
  return new GantryError({
    kind: 'failed',
    code: 'build-step-failed',
    message: `The command '${argv.join(' ')}' returned a non-zero code: ${exitCode}`,
    details: { exitCode },
  });
}

/** Limits that BuildKit counts as part of a step: what a process may see of them is often seen. */
function limitFacts({ ulimits = [], shmSizeBytes }: Resources): Readonly<Record<string, unknown>> {
  return {
    ...(ulimits.length === 0 ? {} : { ulimits }),
    ...(shmSizeBytes === undefined ? {} : { shmSizeBytes }),
  };
}

/** ARGs a step sees as variables: those with a value that no ENV has. */
function environmentArgs(state: StageState): readonly string[] {
  const own = new Set(state.config.Env?.map((entry) => entry.slice(0, entry.indexOf('='))));
  return [...state.args].flatMap(([name, value]) =>
    value === undefined || own.has(name) ? [] : [`${name}=${value}`],
  );
}

function networkOf(session: BuildSession, { network, position }: RunInstruction): StepNetworkName {
  if (network === undefined || network === 'default') return session.network;
  if (network === 'none') return 'none';
  if (session.network === 'host') return 'host';
  throw new GantryError({
    kind: 'denied',
    code: 'network-host',
    message: 'network.host is not allowed',
    hint: 'build with --network host to let steps use the network of this machine',
    details: { position },
  });
}

function readMount(text: string, position: SourcePosition): RunMount {
  const parsed = parseRunMount(text);
  if (parsed.ok) return parsed.mount;
  throw new GantryError({
    kind: 'invalid',
    code: 'dockerfile-syntax',
    message: `dockerfile parse error on line ${position.line}: ${parsed.message}`,
    hint: parsed.hint,
    details: { position },
  });
}

/** Mounts that show files of the context, of a stage or of an image, or begin with them. */
function takesFiles(mount: RunMount): mount is Extract<RunMount, { type: 'bind' | 'cache' }> {
  return mount.type === 'bind' || (mount.type === 'cache' && mount.from !== undefined);
}

/** What of a mount counts for the cache: not which cache it is, nor what a secret says. */
function keyPart(mount: RunMount): unknown {
  if (mount.type === 'cache') return ['cache', mount.target, mount.source, mount.readOnly];
  if (mount.type === 'bind') return ['bind', mount.target, mount.source, mount.readOnly];
  if (mount.type === 'tmpfs') return ['tmpfs', mount.target, mount.sizeBytes ?? null];
  return [mount.type, mount.id, mount.target ?? null, mount.env ?? null];
}

function originChain(mount: RunMount, inputs: RunInputs): string | null {
  if (!takesFiles(mount) || mount.from === undefined) return null;
  return inputs.originOf(mount.from).chainId ?? null;
}

/** Where BuildKit puts what has no target. Undefined: a secret that is only a variable. */
function usualTarget(mount: RunMount, before: readonly FoundMount[]): string | undefined {
  if (mount.type === 'ssh') {
    return `/run/buildkit/ssh_agent.${before.filter((other) => other.mount.type === 'ssh').length}`;
  }
  return mount.type === 'secret' && mount.env === undefined ? `/run/secrets/${mount.id}` : undefined;
}

async function findMounts(
  session: BuildSession,
  state: StageState,
  mounts: readonly RunMount[],
  inputs: RunInputs,
  pacer: Pacer,
): Promise<readonly FoundMount[]> {
  const found: FoundMount[] = [];
  for (const mount of mounts) {
    const target = mount.target ?? usualTarget(mount, found);
    let selection: FoundMount['selection'];
    if (takesFiles(mount)) {
      const tree = mount.from === undefined ? session.context.tree : inputs.originOf(mount.from).tree();
      const request = { instruction: 'RUN --mount', tree, exclude: [], parents: false, patterns: false };
      [selection] = await resolveSources({ ...request, sources: [mount.source] }, pacer);
    }
    found.push({ mount, target: target === undefined ? undefined : absolutePath(state, target), selection });
  }
  return found;
}

function scriptMount(
  script: { readonly path: string; readonly data: string },
  scratchDir: string,
): { kind: 'bind'; source: string; target: string; readOnly: true } {
  const dir = join(scratchDir, 'pipes');
  mkdirSync(dir);
  const name = script.path.slice(script.path.lastIndexOf('/') + 1);
  writeFileSync(join(dir, name), script.data);
  chmodSync(join(dir, name), 0o755);
  return { kind: 'bind', source: dir, target: dirname(script.path), readOnly: true };
}
