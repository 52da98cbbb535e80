import { GantryError } from '../../../base/gantry-error.ts';
import type { CopyReport } from '../../../engine/container-files.ts';
import { archiveInput } from '../archive-input.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { flag } from '../option-spec.ts';
import type { Outcome } from '../outcome.ts';
import { parseCopyOperand } from './copy-end.ts';

export const containerCopy = defineCommand({
  id: 'container.copy',
  verbs: ['cp', 'container cp'],
  summary: 'Copy files between a container and this machine, or between containers',
  description:
    'A path of a container is written CONTAINER:PATH; the container need not run. A folder is copied into a folder that is there, or becomes one that is not; FOLDER/. means what is in it. With - instead of a path of this machine, a tar archive is written to stdout, or read from stdin and unpacked.\n\nOwners are kept on the way into a container. On the way out files belong to you, and set-user-ID bits are dropped, unless -a is given; device files are left out. What the kernel shows in /proc and /sys is no file: they come as empty folders. A symbolic link at TARGET itself is replaced, never written through: a link to a folder is followed when TARGET ends in a slash.',
  args: {
    source: one('SOURCE', { source: 'container-path', help: 'CONTAINER:PATH, a path, or -' }),
    target: one('TARGET', { source: 'container-path', help: 'CONTAINER:PATH, a path, or -' }),
  },
  options: {
    archive: flag('Keep owners and set-user-ID bits on the way out too', { short: 'a' }),
    followLink: flag('Copy what a link points to, not the link', { short: 'L' }),
    quiet: flag('Do not say how much was copied', { short: 'q' }),
  },
  examples: [
    { line: 'gantry cp web:/etc/nginx/nginx.conf .', meaning: 'a file out of a container' },
    { line: 'gantry cp ./site/. web:/usr/share/nginx/html', meaning: 'what is in a folder into a container' },
    { line: 'gantry cp web:/var/log - | tar -t', meaning: 'a folder as a tar archive' },
  ],
  async run(ctx, { args, options }): Promise<Outcome> {
    const source = parseCopyOperand(args.source, ctx.cwd);
    const target = parseCopyOperand(args.target, ctx.cwd);
    const { containers } = ctx.engine;
    if (source.kind !== 'container' && target.kind !== 'container') {
      throw usage('must specify at least one container source');
    }
    if (target.kind === 'stream') {
      if (source.kind !== 'container') throw usage('must specify at least one container source');
      if (ctx.io.stdoutIsTerminal) {
        throw usage('cowardly refusing to write an archive to a terminal: redirect it');
      }
      const bytes = containers.readArchive(source.id, source.path, {
        signal: ctx.signal,
        followLinks: options.followLink,
      });
      return { kind: 'bytes', bytes };
    }
    if (source.kind === 'stream') {
      if (target.kind !== 'container') throw usage('must specify at least one container source');
      const archive = await archiveInput(ctx, undefined);
      await containers.writeArchive(target.id, target.path, archive, { signal: ctx.signal });
      return { kind: 'none' };
    }
    const report = await containers.copy(source, target, {
      signal: ctx.signal,
      followLinks: options.followLink,
      keepOwners: options.archive,
    });
    return { kind: 'none', warnings: options.quiet ? skippedNote(report) : notes(report, args.target) };
  },
});

/** Docker says it on stderr too, so that stdout stays empty. */
function notes(report: CopyReport, target: string): readonly string[] {
  return [`Successfully copied ${humanSize(report.bytes, 3)} to ${target}`, ...skippedNote(report)];
}

function skippedNote({ skipped }: CopyReport): readonly string[] {
  return skipped === 0 ? [] : [`${skipped} device file${skipped === 1 ? ' was' : 's were'} left out`];
}

function usage(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-copy', message });
}
