import type { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { CopyOrigin } from './build-plan.ts';
import type { EarlierStages } from './stage-names.ts';

/** The stages and images an instruction takes files from, beside its own stage. */
export function originsOf(
  instruction: StageInstruction,
  earlier: EarlierStages,
  sink: DiagnosticSink,
): readonly CopyOrigin[] {
  const names =
    instruction.kind === 'run'
      ? instruction.mounts.flatMap(mountOrigin)
      : instruction.kind === 'copy' && instruction.from !== undefined
        ? [instruction.from]
        : [];
  return names.flatMap((name) => {
    const context = earlier.context(name);
    if (context !== undefined) return [context];
    if (earlier.isOwn(name.toLowerCase())) {
      const message = `circular dependency detected on stage: ${name}`;
      sink.error('circular-stage', message, instruction.position, 'a stage cannot take files from itself');
      return [];
    }
    if (earlier.comesLater(name.toLowerCase())) {
      const message = `cannot copy from stage ${JSON.stringify(name)}, it needs to be defined before the stage that takes from it`;
      sink.error('later-stage', message, instruction.position, 'move that stage up');
      return [];
    }
    const origin = findOrigin(name, earlier);
    if (origin !== undefined) return [origin];
    const message = `invalid from flag value ${name}: there is no earlier stage of that number`;
    sink.error('no-such-stage', message, instruction.position);
    return [];
  });
}

/**
 * What `--from=name` means: a named context, an earlier stage by name or number, else an image. Undefined: a number of
 * no stage.
 */
export function findOrigin(name: string, earlier: EarlierStages): CopyOrigin | undefined {
  const context = earlier.context(name);
  if (context !== undefined) return context;
  const index = earlier.get(name.toLowerCase());
  if (index !== undefined) return { kind: 'stage', index };
  return /^\d+$/.test(name) ? undefined : { kind: 'image', reference: name };
}

/** `from` of a mount is never expanded, so it can be read before the rest of it. */
function mountOrigin(mount: string): readonly string[] {
  const match = /(?:^|,)"?from=([^",]+)/i.exec(mount);
  return match?.[1] === undefined ? [] : [match[1]];
}
