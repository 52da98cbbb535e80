import { GantryError } from '../../../base/gantry-error.ts';
import type { Resources } from '../../../engine/containers.ts';
import type { Session } from '../../../engine/session.ts';
import { hasSingleId } from '../../host/user-namespace.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import type { RunMount } from '../dockerfile/parse-run-mount.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { cacheKey } from '../solver/cache-key.ts';
import type { Expander } from '../solver/expander.ts';
import type { Origin } from '../solver/origins.ts';
import { type StageState, variableOf } from '../solver/stage-state.ts';
import type { LayerTarget, ShellOptions, StepWork } from '../solver/step-work.ts';
import { KnownContents } from '../tree/known-contents.ts';
import { Pacer } from '../tree/pacer.ts';
import { runCreatedBy } from './created-by.ts';
import { findMounts, mountFacts, readMount, takesFiles } from './find-mounts.ts';
import { requireRunnable } from './require-runnable.ts';
import { runCommandLine } from './run-command-line.ts';
import type { FoundMount } from './run-mounts.ts';
import { SecretMask } from './secret-mask.ts';
import { openStepContainer, type StepContainerInput } from './step-container.ts';
import type { StepNetworkName } from './step-network.ts';
import { openStepShell, shellOf } from './step-shell.ts';
import { unsupported } from './unsupported.ts';

export interface RunInputs {
  readonly instruction: RunInstruction;
  readonly expand: Expander;
  readonly vertex: string;
  /** Files of what `--mount=from=` names, already solved. */
  readonly originOf: (from: string) => Origin;
}

/** RUN: a container with Docker's defaults on the stage so far; what it changes becomes the layer. */
export function prepareRun(session: BuildSession, state: StageState, inputs: RunInputs): StepWork {
  const { instruction, expand, vertex } = inputs;
  const { position } = instruction;
  const privileged = isPrivileged(session, instruction);
  if (instruction.devices.length > 0) {
    throw unsupported('RUN --device', position, 'devices are not described by CDI here');
  }
  const network = networkOf(session, instruction);
  const mounts = instruction.mounts.map((text) => readMount(expand.word(text), position));
  const line = runCommandLine(instruction, state.config);
  const declared = [...state.args.keys()].flatMap((name): (readonly [string, string])[] => {
    const value = variableOf(state, name);
    return value === undefined ? [] : [[name, value]];
  });
  const env = stepVariables(state);
  const pacer = new Pacer(session.signal);
  const contents = new KnownContents();
  let found: Promise<readonly FoundMount[]> | undefined;
  const find = (): Promise<readonly FoundMount[]> => {
    found ??= findMounts(session, state, mounts, { originOf: inputs.originOf, contents, pacer });
    return found;
  };
  const below = state.chainId ?? null;
  const factsOn = (below: string | null) => ({
    below,
    argv: line.argv,
    script: line.script?.data ?? null,
    env,
    cwd: state.config.WorkingDir || '/',
    user: state.config.User ?? '',
    network,
    platform: state.platform,
    ...(privileged ? { privileged } : {}),
    ...(session.epochSeconds === undefined ? {} : { epoch: session.epochSeconds }),
    ...limitFacts(session.resources),
    ...hostFacts(session.extraHosts),
    ...(session.frontendArgs.hostname && { hostname: session.frontendArgs.hostname }),
  });
  const byContent = async (below: string | null): Promise<string> => {
    const parts = (mounts.length === 0 ? [] : await find()).map(({ mount, files }) => [
      mountFacts(mount),
      files?.key ?? null,
    ]);
    return cacheKey('run', { ...factsOn(below), mounts: parts });
  };
  const taking = mounts.filter(takesFiles);
  const fromStages = taking.some(({ from }) => from !== undefined);
  const readsContext = taking.some(
    ({ from }) => from === undefined || inputs.originOf(from).folder !== undefined,
  );
  const byLayers = (): string =>
    cacheKey('run', {
      ...factsOn(below),
      mounts: mounts.map((mount) => [mountFacts(mount), originOf(mount, inputs)?.chainId ?? null]),
    });
  const takesFromStages = taking.some(
    (mount) => originOf(mount, inputs)?.folder === undefined && mount.from !== undefined,
  );
  const definedKey = (below: string): Promise<string> | string | undefined => {
    if (!takesFromStages) return byContent(below);
    const isDefined = taking.every((mount) => originOf(mount, inputs)?.definition !== undefined);
    if (readsContext || !isDefined) return undefined;
    const parts = mounts.map((mount) => [mountFacts(mount), originOf(mount, inputs)?.definition ?? null]);
    return cacheKey('run', { ...factsOn(below), mounts: parts });
  };
  const container = async (): Promise<StepContainerInput> => {
    requireRunnable(state.platform, position);
    return { instruction, line, network, env, privileged, found: await find(), contents, pacer };
  };
  return {
    kind: 'layer',
    state,
    createdBy: runCreatedBy(line.argv, declared),
    keys: fromStages && !readsContext ? [byLayers, () => byContent(below)] : [() => byContent(below)],
    definedKey,
    takesFromStages,
    write: async (target) => {
      await execute(session, state, await container(), vertex, target);
      return true;
    },
    openShell: async (target, options) => shell(session, state, await container(), target, options),
  };
}

/** Of a mount that names one. */
function originOf(mount: RunMount, inputs: RunInputs): Origin | undefined {
  return takesFiles(mount) && mount.from !== undefined ? inputs.originOf(mount.from) : undefined;
}

async function execute(
  session: BuildSession,
  state: StageState,
  input: StepContainerInput,
  vertex: string,
  target: LayerTarget,
): Promise<void> {
  const { line } = input;
  await using container = await openStepContainer(session, state, input, target);
  const { runtime, id, dir, network, secrets, memory } = container;
  const masks = { stdout: new SecretMask(secrets), stderr: new SecretMask(secrets) };
  const tell = (stream: 'stdout' | 'stderr', data: Uint8Array): void => {
    if (data.length > 0) session.emit({ kind: 'output', vertex, stream, data });
  };
  const exitCode = await runtime.runStep({
    id,
    dir,
    rootfs: target.plan,
    spec: await container.spec(line.argv),
    memory,
    network: network.network,
    configureNetwork: network.configureNetwork,
    openNetwork: network.openNetwork,
    onOutput: (stream, data) => tell(stream, masks[stream].take(data)),
    signal: session.signal,
  });
  for (const stream of ['stdout', 'stderr'] as const) tell(stream, masks[stream].end());
  container.clearStubs();
  if (exitCode !== 0) throw stepFailed(line.argv, exitCode);
}

async function shell(
  session: BuildSession,
  state: StageState,
  input: StepContainerInput,
  target: LayerTarget,
  options: ShellOptions,
): Promise<Session> {
  await using opened = new AsyncDisposableStack();
  const container = opened.use(await openStepContainer(session, state, input, target));
  const joined = await openStepShell(container, target.plan, shellOf(state.config), options);
  const owned = opened.move();
  return {
    ...joined,
    async [Symbol.asyncDispose]() {
      await joined[Symbol.asyncDispose]();
      await owned.disposeAsync();
    },
  };
}

/** What chown and setuid fail of, as much as they say. */
const oneUser =
  '; root is the only user there is in it, and nothing can be given to another, nor run as one: gantry info says how to have more';

function stepFailed(argv: readonly string[], exitCode: number): GantryError {
  return new GantryError({
    kind: 'failed',
    code: 'build-step-failed',
    message: `The command '${argv.join(' ')}' returned a non-zero code: ${exitCode}`,
    hint: `build again with --on-fail=shell to look around in the state before the step${hasSingleId() ? oneUser : ''}`,
    details: { status: exitCode },
  });
}

/** Limits that BuildKit counts as part of a step: what a process may see of them is often seen. */
function limitFacts({ ulimits = [], shmSizeBytes }: Resources): Readonly<Record<string, unknown>> {
  return {
    ...(ulimits.length === 0 ? {} : { ulimits }),
    ...(shmSizeBytes === undefined ? {} : { shmSizeBytes }),
  };
}

/** Names of `--add-host`. Where they lead does not count (BuildKit, `ExecOp.CacheMap`). */
function hostFacts(extraHosts: readonly string[]): Readonly<Record<string, unknown>> {
  if (extraHosts.length === 0) return {};
  return { hosts: extraHosts.map((entry) => entry.replace(/[:=].*$/, '')) };
}

/** What a step sees as variables: ARGs with a value, and the ENVs they have not taken the name of. */
function stepVariables({ args, config }: StageState): readonly string[] {
  const own = [...args].flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const set = (config.Env ?? []).filter(
    (entry) => args.get(entry.slice(0, entry.indexOf('='))) === undefined,
  );
  return [...own, ...set];
}

function networkOf(session: BuildSession, { network, position }: RunInstruction): StepNetworkName {
  if (network === undefined || network === 'default') return session.network;
  if (network === 'none') return 'none';
  if (session.network === 'host' || session.entitlements.has('network.host')) return 'host';
  throw new GantryError({
    kind: 'denied',
    code: 'network-host',
    message: 'network.host is not allowed',
    hint: 'build with --network host or --allow network.host to let steps use the network of this machine',
    details: { position },
  });
}

function isPrivileged({ entitlements }: BuildSession, { security, position }: RunInstruction): boolean {
  if (security !== 'insecure') return false;
  if (entitlements.has('security.insecure')) return true;
  throw new GantryError({
    kind: 'denied',
    code: 'security-insecure',
    message: 'security.insecure is not allowed',
    hint: 'build with --allow security.insecure to give such steps all rights of the host',
    details: { position },
  });
}
