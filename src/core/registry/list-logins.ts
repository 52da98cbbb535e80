import type { SavedLogin } from '../../engine/registries.ts';
import { type AuthFile, authFilePaths, readAuthFile } from './auth-files.ts';
import { credentialHelper } from './credential-helper.ts';
import { decodeEntry } from './credentials.ts';
import type { Environment } from './user-files.ts';

/**
 * Every login that is kept, of each server the one that counts, without its secret. `warn` is told of helpers that do
 * not answer.
 */
export async function listLogins(
  env: Environment,
  options: { readonly signal: AbortSignal; readonly warn: (text: string) => void },
): Promise<readonly SavedLogin[]> {
  const logins = new Map<string, SavedLogin>();
  for (const path of authFilePaths(env)) {
    const file = readAuthFile(path);
    if (file === undefined) continue;
    for (const login of [...(await helped(file, env, options)), ...plain(file)]) {
      if (!logins.has(login.server)) logins.set(login.server, login);
    }
  }
  return [...logins.values()];
}

function plain({ auths, path }: AuthFile): readonly SavedLogin[] {
  return Object.entries(auths).flatMap(([server, entry]) => {
    const found = decodeEntry(entry);
    return found === undefined ? [] : [{ server, username: found.username ?? '', keptIn: path }];
  });
}

async function helped(
  { credHelpers, credsStore }: AuthFile,
  env: Environment,
  { signal, warn }: { readonly signal: AbortSignal; readonly warn: (text: string) => void },
): Promise<readonly SavedLogin[]> {
  const suffixes = new Set([
    ...Object.values(credHelpers),
    ...(credsStore === undefined ? [] : [credsStore]),
  ]);
  const logins: SavedLogin[] = [];
  for (const suffix of suffixes) {
    try {
      const helper = credentialHelper(suffix, env);
      for (const [server, username] of Object.entries(await helper.list(signal))) {
        // One that is meant for some registries keeps those of others for other programs.
        if ((credHelpers[server] ?? credsStore) === suffix)
          logins.push({ server, username, keptIn: helper.program });
      }
    } catch (error) {
      if (signal.aborted) throw error;
      warn((error as Error).message);
    }
  }
  return logins;
}
