import { copyError } from './copy-error.ts';

/** What is at one end of a copy. `missing`: nothing, in a folder that is there. */
export type EndKind = 'file' | 'folder' | 'missing' | 'no-parent';

export interface SourceEnd {
  readonly kind: 'file' | 'folder';
  /** Last component. */
  readonly name: string;
  /** It ends in `/.`: what is in it is meant, not itself. */
  readonly contentOnly: boolean;
}

export interface TargetEnd {
  readonly kind: EndKind;
  /** As the user wrote it, for messages. */
  readonly shown: string;
  /** It ends in a slash: only a folder will do. */
  readonly wantsFolder: boolean;
}

/**
 * Docker's table of what a copy makes: `into` the target under the source's name, the target's `content` from that of
 * the source, or the target itself `as` a new file or folder. Throws `invalid` / `not-found` where it makes nothing.
 *
 * | source | target missing | is a file | is a folder |
 * | --- | --- | --- | --- |
 * | file | as (not with `/`) | as | into |
 * | folder | as | refused | into |
 * | folder/. | as | refused | content |
 */
export function destination(source: SourceEnd, target: TargetEnd): 'as' | 'into' | 'content' {
  switch (target.kind) {
    case 'no-parent':
      throw copyError('no-such-directory', `no such directory: ${parent(target.shown)}`, 'not-found');
    case 'missing':
      if (source.kind === 'file' && target.wantsFolder) {
        throw copyError('no-such-directory', `no such directory: ${target.shown}`, 'not-found');
      }
      return 'as';
    case 'file':
      if (source.kind === 'folder') {
        throw copyError('not-a-folder', `cannot copy directory to ${target.shown}: it is a file`);
      }
      if (target.wantsFolder) throw copyError('not-a-folder', `not a directory: ${target.shown}`);
      return 'as';
    case 'folder':
      return source.kind === 'folder' && source.contentOnly ? 'content' : 'into';
  }
}

function parent(path: string): string {
  return path.replace(/\/[^/]*\/*$/, '') || '/';
}
