import { mkdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import { wholeSeconds } from '../../host/file-times.ts';
import { forwardSocket } from '../../host/forward-socket.ts';
import type { MemoryFile, MemoryFiles } from '../../runtime/memory-files.ts';
import type { ResolvedMount } from '../../runtime/spec/mounts.ts';
import type { RunMount } from '../dockerfile/parse-run-mount.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { type OpenCacheMount, openCacheMount } from '../solver/cache-mounts.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import { TreeWriter } from '../tree/tree-writer.ts';
import { type BoundFiles, type BoundSources, boundFiles, cacheSeed } from './copy-bound.ts';
import { readSecret } from './read-secret.ts';

type SecretMount = Extract<RunMount, { type: 'secret' | 'ssh' }>;

/** A mount of a RUN with its files found. */
export interface FoundMount {
  readonly mount: RunMount;
  /** Absolute, where it is seen inside. Undefined: a secret that is only a variable. */
  readonly target: string | undefined;
  /** Of binds, and of caches that begin with files: which, and the key of what they hold. */
  readonly files: BoundFiles | undefined;
}

export interface PreparedMounts {
  readonly mounts: readonly ResolvedMount[];
  /** Secrets as variables. */
  readonly env: readonly string[];
  /** Locks of caches and sockets, held while the step runs. */
  readonly held: readonly Disposable[];
  /** What must not be seen of its output. */
  readonly secrets: readonly Uint8Array[];
  /** Of the secrets; undefined: there are none. */
  readonly memory: MemoryFiles | undefined;
}

export interface MountSources extends BoundSources {
  readonly found: readonly FoundMount[];
  /** `--security=insecure`. */
  readonly privileged: boolean;
}

/** Makes folders for the mounts: copies of what is bound, caches, secrets. */
export async function prepareMounts(
  session: BuildSession,
  { found, contents, pacer, privileged }: MountSources,
  scratchDir: string,
  position: SourcePosition,
): Promise<PreparedMounts> {
  const mounts: ResolvedMount[] = [];
  const env: string[] = [];
  const held: Disposable[] = [];
  const secrets: Uint8Array[] = [];
  const memoryDir = join(scratchDir, 'memory');
  const inMemory: MemoryFile[] = [];
  try {
    for (const [index, { mount, target = '', files }] of found.entries()) {
      const place = join(scratchDir, `mount-${index}`);
      if (mount.type === 'tmpfs') {
        const size = mount.sizeBytes === undefined ? '' : `,size=${mount.sizeBytes}`;
        mounts.push({ kind: 'tmpfs', target, options: `exec,mode=1777${size}` });
      } else if (mount.type === 'cache') {
        const { dir, lock } = await cacheFolder(session, mount, files, { contents, pacer });
        held.push(lock);
        mounts.push({ kind: 'bind', source: dir, target, readOnly: mount.readOnly });
      } else if (mount.type === 'bind') {
        // Who has all rights could write to what others read.
        const isShared = mount.readOnly && !privileged;
        const source = await boundFiles(session, files as BoundFiles, isShared ? undefined : place, {
          contents,
          pacer,
        });
        mounts.push({ kind: 'bind', source, target, readOnly: mount.readOnly });
      } else if (mount.type === 'ssh') {
        const agent = findAgent(session, mount, position);
        if (agent === undefined) continue;
        mkdirSync(place, { recursive: true, mode: 0o700 });
        const socket = await forwardSocket(join(place, 'agent'), agent, mount);
        held.push(socket);
        mounts.push({ kind: 'bind', source: socket.path, target, readOnly: true });
        if (!env.some((entry) => entry.startsWith('SSH_AUTH_SOCK='))) env.push(`SSH_AUTH_SOCK=${target}`);
      } else {
        const secret = findSecret(session, mount, position);
        if (secret === undefined) continue;
        secrets.push(secret);
        if (mount.env !== undefined) env.push(`${mount.env}=${Buffer.from(secret).toString()}`);
        if (mount.env === undefined || mount.target !== undefined) {
          const { uid, gid, mode } = mount;
          const name = `secret-${index}`;
          inMemory.push({ name, data: secret, uid, gid, mode });
          const source = join(memoryDir, name);
          mounts.push({ kind: 'bind', source, target, readOnly: true, file: true });
        }
      }
    }
    const memory = secrets.length === 0 ? undefined : { dir: memoryDir, files: inMemory };
    return { mounts, env, held, secrets, memory };
  } catch (error) {
    for (const one of held) one[Symbol.dispose]();
    throw error;
  }
}

/** Caches live beside the build cache and outlive builds; their content never becomes part of a layer. */
async function cacheFolder(
  session: BuildSession,
  mount: Extract<RunMount, { type: 'cache' }>,
  files: BoundFiles | undefined,
  sources: BoundSources,
): Promise<OpenCacheMount> {
  const { dirs } = session.services;
  const { cacheMountNamespace } = session.frontendArgs;
  // As BuildKit names them: `join` would also tidy up an ID of no namespace.
  const id = cacheMountNamespace === '' ? mount.id : posix.join(cacheMountNamespace, mount.id);
  if (files !== undefined) {
    const seed = cacheSeed(files, sources);
    return openCacheMount(dirs, { ...mount, id, seed }, session.signal);
  }
  const { dir, lock } = await openCacheMount(dirs, { ...mount, id, seed: undefined }, session.signal);
  const below = new LayeredTree(
    { kind: 'folder', folder: dir, lower: [], upper: undefined, work: undefined },
    'cache mount',
  );
  const source = resolveInTree(below, mount.source);
  if (source === '') return { dir, lock };
  const writer = new TreeWriter(below, dir);
  const owner = { uid: mount.uid ?? 0, gid: mount.gid ?? 0 };
  writer.ensureFolder(source, owner, wholeSeconds(Date.now() / 1000));
  return { dir: join(dir, source), lock };
}

/** Undefined: nobody gave it, and it need not be there. */
function findSecret(
  session: BuildSession,
  mount: SecretMount,
  position: SourcePosition,
): Uint8Array | undefined {
  const given = Object.hasOwn(session.secrets, mount.id) ? session.secrets[mount.id] : undefined;
  if (given !== undefined) return readSecret(mount.id, given);
  if (!mount.required) return undefined;
  throw new GantryError({
    kind: 'not-found',
    code: 'secret-not-found',
    message: `secret ${mount.id}: not found`,
    hint: `give it to the build: --secret id=${mount.id},src=FILE`,
    details: { position },
  });
}

/** The socket of an agent. Undefined: nobody gave it, and it need not be there. */
function findAgent({ ssh }: BuildSession, mount: SecretMount, position: SourcePosition): string | undefined {
  const given = Object.hasOwn(ssh, mount.id) ? ssh[mount.id] : undefined;
  if (given !== undefined || !mount.required) return given;
  throw new GantryError({
    kind: 'not-found',
    code: 'ssh-not-found',
    message: `unset ssh forward key ${mount.id}`,
    hint: `give an agent to the build: --ssh ${mount.id}`,
    details: { position },
  });
}
