import { constants } from 'node:os';
import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import type { ContainerConfig } from '../../../oci/image-config.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { CommandForm } from '../dockerfile/instruction.ts';
import { goQuoteList } from '../go-quote.ts';
import type { Expander } from '../solver/expander.ts';
import type { StageState } from '../solver/stage-state.ts';
import { healthcheckCreatedBy } from './created-by.ts';
import { exposedPorts } from './expose-port.ts';

/** Instructions that change what the image says and none of its files. */
export type ConfigInstruction = Exclude<StageInstruction, { kind: 'run' | 'copy' | 'add' | 'workdir' }>;

export interface ConfigChange {
  readonly state: StageState;
  /** Undefined: no line in the history, as in BuildKit. */
  readonly createdBy: string | undefined;
}

export interface ConfigInputs {
  readonly state: StageState;
  readonly expand: Expander;
  /** Values ARG takes: `--build-arg`, then those from before the first FROM. */
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly globalArgs: ReadonlyMap<string, string>;
}

const defaultShell = ['/bin/sh', '-c'];

/** Applies one instruction. Pure. Throws `invalid` for values no image may have. */
export function applyConfig(instruction: ConfigInstruction, inputs: ConfigInputs): ConfigChange {
  const { state, expand } = inputs;
  const { config } = state;
  const changed = (change: ContainerConfig, createdBy: string | undefined): ConfigChange => ({
    state: { ...state, config: { ...config, ...change } },
    createdBy,
  });
  switch (instruction.kind) {
    case 'arg':
      return applyArg(instruction.args, inputs);
    case 'env': {
      const pairs = instruction.pairs.map(
        ({ key, value }) => [expand.word(key), expand.word(value)] as const,
      );
      const entries = pairs.map(([key, value]) => `${key}=${value}`);
      const args = new Map(state.args);
      for (const [key] of pairs) if (args.has(key)) args.set(key, undefined);
      const Env = withVariables(config.Env ?? [], entries);
      return { state: { ...state, config: { ...config, Env }, args }, createdBy: `ENV ${entries.join(' ')}` };
    }
    case 'label': {
      const pairs = instruction.pairs.map(
        ({ key, value }) => [expand.word(key), expand.word(value)] as const,
      );
      const text = pairs.map(([key, value]) => `${key}=${value}`).join(' ');
      return changed({ Labels: { ...config.Labels, ...Object.fromEntries(pairs) } }, `LABEL ${text}`);
    }
    case 'cmd': {
      const argv = commandLine(instruction.command, config);
      const change = changed({ Cmd: argv }, `CMD ${goQuoteList(argv)}`);
      return { ...change, state: { ...change.state, hasOwnCommand: true } };
    }
    case 'entrypoint': {
      const argv = commandLine(instruction.command, config);
      const reset = state.hasOwnCommand ? {} : { Cmd: null };
      return changed({ Entrypoint: argv, ...reset }, `ENTRYPOINT ${goQuoteList(argv)}`);
    }
    case 'expose': {
      const ports = readPorts(
        instruction.ports.flatMap((word) => expand.words(word)),
        instruction.position,
      );
      const added = Object.fromEntries(ports.map((port) => [port, {}]));
      return changed({ ExposedPorts: { ...config.ExposedPorts, ...added } }, `EXPOSE [${ports.join(' ')}]`);
    }
    case 'user': {
      const user = expand.word(instruction.user);
      return changed({ User: user }, `USER ${user}`);
    }
    case 'volume': {
      const paths = instruction.paths.map((path) => expand.word(path));
      if (paths.some((path) => path === '')) {
        throw invalid('VOLUME specified can not be an empty string', instruction.position);
      }
      const added = Object.fromEntries(paths.map((path) => [path, {}]));
      return changed({ Volumes: { ...config.Volumes, ...added } }, `VOLUME [${paths.join(' ')}]`);
    }
    case 'stopsignal': {
      const signal = expand.word(instruction.signal);
      if (!isSignal(signal)) throw invalid(`Invalid signal: ${signal}`, instruction.position);
      return changed({ StopSignal: signal }, `STOPSIGNAL ${signal}`);
    }
    case 'shell':
      return changed({ Shell: instruction.shell }, `SHELL [${instruction.shell.join(' ')}]`);
    case 'healthcheck': {
      const { healthcheck } = instruction;
      return changed({ Healthcheck: healthcheck }, healthcheckCreatedBy(healthcheck));
    }
    case 'onbuild':
      return changed({ OnBuild: [...(config.OnBuild ?? []), instruction.trigger] }, undefined);
    case 'maintainer':
      return { state: { ...state, author: instruction.name }, createdBy: `MAINTAINER ${instruction.name}` };
  }
}

/** The argument vector of a shell or exec form. */
export function commandLine(command: CommandForm, config: ContainerConfig): readonly string[] {
  if (command.form === 'exec') return command.argv;
  return [...(config.Shell ?? defaultShell), command.script];
}

/** `entries` laid over `env`: a name that is there keeps its place. */
function withVariables(env: readonly string[], entries: readonly string[]): readonly string[] {
  const result = new Map<string, string>();
  for (const entry of [...env, ...entries]) {
    const equals = entry.indexOf('=');
    result.set(equals < 0 ? entry : entry.slice(0, equals), entry);
  }
  return [...result.values()];
}

function applyArg(
  declared: readonly { readonly name: string; readonly value: string | undefined }[],
  { state, expand, buildArgs, globalArgs }: ConfigInputs,
): ConfigChange {
  const args = new Map(state.args);
  const words: string[] = [];
  for (const { name, value } of declared) {
    const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
    // One after the other, unlike ENV: the second may use the first.
    const final = given ?? (value === undefined ? globalArgs.get(name) : expand.word(value, args));
    if (final !== undefined || !args.has(name)) args.set(name, final);
    words.push(final === undefined ? name : `${name}=${final}`);
  }
  return { state: { ...state, args }, createdBy: `ARG ${words.join(' ')}` };
}

/** As many as there are, of all protocols: more words than that repeat themselves. */
const portLimit = 3 * 65_535;

function readPorts(words: readonly string[], position: SourcePosition): readonly string[] {
  const all: string[] = [];
  for (const word of words) {
    const ports = exposedPorts(word);
    if (ports === undefined) throw invalid(`invalid containerPort: ${word}`, position);
    if (all.length + ports.length > portLimit) {
      throw invalid(`EXPOSE names more than ${portLimit} ports`, position);
    }
    for (const port of ports) all.push(port);
  }
  return all;
}

/** A number, or a name with or without SIG, real-time ones included. */
function isSignal(text: string): boolean {
  if (/^\d{1,2}$/.test(text)) return Number(text) >= 1 && Number(text) <= 64;
  const name = text.toUpperCase().replace(/^(?:SIG)?/, 'SIG');
  return name in constants.signals || /^SIGRTM(?:IN(?:\+\d{1,2})?|AX(?:-\d{1,2})?)$/.test(name);
}

function invalid(message: string, position: SourcePosition): GantryError {
  return new GantryError({ kind: 'invalid', code: 'dockerfile-value', message, details: { position } });
}
