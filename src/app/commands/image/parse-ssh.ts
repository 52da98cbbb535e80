import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { CommandContext } from '../command-context.ts';

/** `--ssh default` or `--ssh ID=SOCKET`: sockets of SSH agents by ID. Throws `invalid` / `bad-ssh`. */
export function parseSsh(
  words: readonly string[],
  { cwd, env }: Pick<CommandContext, 'cwd' | 'env'>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      const id = (at < 0 ? word : word.slice(0, at)) || 'default';
      const path = at < 0 ? (env['SSH_AUTH_SOCK'] ?? '') : word.slice(at + 1);
      if (path === '') {
        throw bad(
          word,
          'invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set',
          'start one: eval "$(ssh-agent)"',
        );
      }
      const found = statSync(resolve(cwd, path), { throwIfNoEntry: false });
      if (found?.isSocket() === true) return [id, resolve(cwd, path)];
      const why = found === undefined ? `${path} does not exist` : `${path} is no socket of an agent`;
      throw bad(word, why, `keys are taken from an agent: ssh-add ${path}, then --ssh ${id}`);
    }),
  );
}

function bad(word: string, why: string, hint: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-ssh',
    message: `invalid argument ${JSON.stringify(word)} for "--ssh" flag: ${why}`,
    hint,
  });
}
