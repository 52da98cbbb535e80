import { GantryError } from '../../../base/gantry-error.ts';
import { one, rest } from '../argument-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { flag, type OptionValue, text } from '../option-spec.ts';
import type { Outcome } from '../outcome.ts';
import { parseDetachKeys } from '../parse-detach-keys.ts';
import { requireTerminal } from '../require-terminal.ts';
import { warningLines, withWarnings } from '../with-warnings.ts';
import { onlyStreams, parseAttach, streamsOf } from './attached-streams.ts';
import { checkCidFile, writeCidFile } from './cid-file.ts';
import { containerSession } from './container-session.ts';
import { containerSpec } from './container-spec.ts';
import { createOptions, refusedCreateOptions } from './create-options.ts';
import { trailingOptions } from './trailing-options.ts';
import { withImage } from './with-image.ts';

const runOptions = {
  ...createOptions,
  detach: flag('Run in the background and print the container ID', { short: 'd' }),
  detachKeys: text('Keys that leave it running (ctrl-p,ctrl-q)'),
  sigProxy: flag('Pass signals on to the process', { initial: true }),
} as const;

type RunValues = { readonly [K in keyof typeof runOptions]: OptionValue<(typeof runOptions)[K]> };

const orderHint =
  'Options after the image were taken as options of run, as the image has no entrypoint that could take them. The usual order is: gantry run [OPTIONS] IMAGE [COMMAND]';

/** Of a container that could not be started. */
const failureStatus = 125;

export const containerRun = defineCommand({
  id: 'container.run',
  verbs: ['run', 'container run'],
  summary: 'Create and run a new container from an image',
  description:
    'Options come before the image; what follows the image is the command to run in the container. Where nothing but options of run follows, and the image has no entrypoint, they are taken as options all the same. After a -- everything is the command.',
  args: { image: one('IMAGE', { source: 'image' }), command: rest('[COMMAND] [ARG...]') },
  options: runOptions,
  refused: refusedCreateOptions,
  keys: [{ key: 'r', places: ['images'] }],
  on: { kind: 'image' },
  needs: ['container.run'],
  failureExitCode: failureStatus,
  examples: [
    { line: 'gantry run --rm -it debian bash', meaning: 'a shell in a container that goes when it ends' },
    { line: 'gantry run -d -p 8080:80 --name web nginx', meaning: 'a server in the background' },
    { line: 'gantry run --rm -v "$PWD":/src -w /src node:24 npm test', meaning: 'a tool on your folder' },
  ],
  async run(ctx, { args, options, literal }) {
    const trailing = literal ? undefined : trailingOptions(runOptions, options, args.command);
    if (trailing === undefined) return pullAndRun(ctx, args.image, args.command, options);
    return withImage(ctx, { ...trailing, image: args.image }, async () => {
      const { config } = await ctx.engine.images.inspect(args.image, { signal: ctx.signal });
      const takesThem = options.entrypoint === undefined && (config.config?.Entrypoint?.length ?? 0) > 0;
      if (takesThem) return runImage(ctx, args.image, args.command, options);
      const outcome = await runImage(ctx, args.image, [], trailing);
      return { ...outcome, warnings: [orderHint, ...(outcome.warnings ?? [])] };
    });
  },
});

function pullAndRun(
  ctx: CommandContext,
  image: string,
  command: readonly string[],
  options: RunValues,
): Promise<Outcome> {
  return withImage(ctx, { ...options, image }, () => runImage(ctx, image, command, options));
}

async function runImage(
  ctx: CommandContext,
  image: string,
  command: readonly string[],
  options: RunValues,
): Promise<Outcome> {
  const { engine, signal } = ctx;
  const attach = parseAttach(options.attach, options.detach);
  const stdin = options.interactive && attach?.has('stdin') !== false;
  if (!options.detach) requireTerminal(ctx.io, { tty: options.tty, stdin });
  const detachKeys = parseDetachKeys(options.detachKeys);
  checkCidFile(options.cidfile, ctx.cwd);
  const spec = {
    ...(await containerSpec(ctx, image, command, options)),
    attached: options.detach ? [] : streamsOf(attach, stdin),
  };
  const { id, warnings } = await engine.containers.create(spec, { signal });
  await writeCidFile(options.cidfile, ctx.cwd, id);
  return withWarnings(
    warningLines(warnings),
    async () => {
      if (options.detach) {
        await engine.containers.start(id, { signal }).catch((error) => explainOrder(error, image, command));
        return { kind: 'lines', lines: [id] };
      }
      const session = await engine.containers
        .startAttached(id, {
          signal,
          stdin,
          size: options.tty ? ctx.io.size : undefined,
        })
        .catch((error) => explainOrder(error, image, command));
      return containerSession(ctx, id, onlyStreams(session, attach), {
        title: options.name ?? image,
        stdin,
        detachKeys,
        signalProxy: options.sigProxy,
        autoRemove: options.rm,
      });
    },
    failureStatus,
  );
}

/** `run web -it sh` asks the image for a program called -it. */
function explainOrder(error: unknown, image: string, command: readonly string[]): never {
  const isOption = command[0]?.startsWith('-') === true;
  if (!(error instanceof GantryError) || error.code !== 'command-not-found' || !isOption) throw error;
  throw error.with({
    hint: `Options of run go before the image: gantry run [OPTIONS] ${image} [COMMAND]`,
  });
}
