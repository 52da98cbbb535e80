import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { AttachOptions } from '../../engine/containers.ts';
import type { Session } from '../../engine/session.ts';
import { wakeCgroups } from '../host/cgroups/wake-cgroups.ts';
import { bootId, ownIdentity } from '../host/process-identity.ts';
import { requireOwnFile } from '../host/require-own-file.ts';
import { ociKind } from '../runtime/oci-kind.ts';
import type { LaunchRequest, Runtime } from '../runtime/runtime.ts';
import { attachment } from './attachment.ts';
import { changeRecord } from './change-record.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { exitCommand } from './exit-command.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { hostnameOf } from './hostname-of.ts';
import { identityMounts, writeIdentityFiles } from './identity-files.ts';
import { joinNamespaces } from './join-namespaces.ts';
import { joinedSession } from './joined-session.ts';
import { nextState } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { logPath, logSettings } from './log-files.ts';
import { comesBack, lookAfter } from './look-after.ts';
import { type NetworkPlan, planNetwork } from './plan-network.ts';
import { writeRecordCopy } from './record-copy.ts';
import { refreshNames } from './refresh-names.ts';
import { resolveMounts } from './resolve-mounts.ts';
import { startEvents } from './run-events.ts';
import { abandonStart, settleLocked } from './settle.ts';
import { volumeParts } from './volume-parts.ts';

export interface StartOptions {
  /** Joined from the first byte. */
  readonly attach?: AttachOptions | undefined;
  /** By its policy, not by a person: the counters go on. */
  readonly automatic?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a container that does not run; one that does is left as it is, and joined when that was asked for. Rejects
 * `start` with `details.exitCode`, `conflict` for ports and states, in Docker's words; the container is then what it
 * was before, or gone with `--rm`.
 */
export async function startContainer(
  context: ContainerContext,
  idOrName: string,
  options: StartOptions = {},
): Promise<Session | undefined> {
  const { id } = findContainer(context, idOrName);
  // Moves into cgroups come in some 20 ms: just when the wait for them is over.
  wakeCgroups();
  const runtime = await context.runtime();
  using _lock = await lockContainer(context, id, options.signal);
  const settled = await settleLocked(context, id);
  if (settled === undefined) throw noSuchContainer(idOrName);
  // Called off while it waited for its time.
  if (options.automatic === true && !comesBack(settled)) return undefined;
  if (settled.state === 'running') {
    if (options.attach === undefined) return undefined;
    const session = await runtime.attach(id, containerDir(context, id), attachment(settled, options.attach));
    return joinedSession(context, settled, session);
  }
  const starting = changeRecord(context, id, (current) => ({
    state: nextState(current, 'start'),
    run: { bootId: bootId(), owner: ownIdentity(), process: undefined },
    error: '',
    stoppedByHand: false,
    restartedBy: options.automatic === true ? ownIdentity() : current.restartedBy,
    restarts: options.automatic === true ? current.restarts : { count: 0, delayMs: 0, dueAt: undefined },
  }));
  try {
    return await launch(context, runtime, starting, options);
  } catch (error) {
    const failure = GantryError.from(error);
    changeRecord(context, id, () => ({ restartedBy: undefined }));
    const exitCode = failure.details['stateExitCode'];
    await abandonStart(context, context.records.get(id) ?? starting, {
      error: failure.message,
      exitCode: typeof exitCode === 'number' ? exitCode : 128,
    });
    throw failure;
  }
}

async function launch(
  context: ContainerContext,
  runtime: Runtime,
  record: ContainerRecord,
  options: StartOptions,
): Promise<Session | undefined> {
  const { id } = record;
  const dir = containerDir(context, id);
  const plan = await planNetwork(context, record);
  try {
    options.signal?.throwIfAborted();
    const process = await runtime.create(await launchRequest(context, runtime, record, plan, options));
    changeRecord(context, id, () => ({
      endpoints: plan.endpoints,
      idlePorts: undefined,
      run: { bootId: bootId(), owner: ownIdentity(), process },
    }));
    await refreshNames(context, plan.endpoints);
    const session = options.attach && (await runtime.attach(id, dir, attachment(record, options.attach)));
    await runtime.start(id);
    const running = changeRecord(
      context,
      id,
      (current) => ({
        state: nextState(current, 'started'),
        startedAt: new Date().toISOString(),
        finishedAt: undefined,
        exitCode: undefined,
        oomKilled: false,
        restartedBy: undefined,
      }),
      (changed) => startEvents(changed, options.attach !== undefined),
    );
    writeRecordCopy(dir, running);
    await lookAfter(context, running);
    // The monitor has the sockets by now.
    for (const endpoint of plan.endpoints) (await context.networking()).letGo(endpoint);
    return session && joinedSession(context, running, session);
  } catch (error) {
    for (const endpoint of plan.endpoints) await (await context.networking()).release(endpoint);
    throw error;
  }
}

async function launchRequest(
  context: ContainerContext,
  runtime: Runtime,
  record: ContainerRecord,
  plan: NetworkPlan,
  options: StartOptions,
): Promise<LaunchRequest> {
  const { id, spec, mounts } = record;
  const dir = containerDir(context, id);
  const hasVolumes = mounts.some((mount) => mount.type === 'volume');
  const volumes = hasVolumes ? await context.volumes() : undefined;
  const joins = await joinNamespaces(context, spec);
  const shm = joins.ipc === undefined ? undefined : { pid: joins.ipc, at: join(dir, 'joined-shm') };
  const parts = volumeParts(mounts, volumes, dir);
  const hostname = hostnameOf(context, record);
  const taken = mounts.map((mount) => mount.target);
  if (plan.filesOf === undefined) writeIdentityFiles(spec, hostname, dir, plan.endpoints);
  const log = logSettings(spec);
  if (log !== undefined) requireOwnFile(logPath(dir));
  return {
    id,
    name: record.name,
    dir,
    rootfs: (await context.snapshots()).mountPlan(snapshotKey(id)),
    spec: await runtime.containerSpec({
      id,
      spec,
      process: record.process,
      hostname,
      network: plan.mode,
      joins,
      mounts: [
        ...identityMounts(plan.filesOf ?? dir, { taken, readOnly: spec.readOnlyRootfs === true }),
        ...(shm === undefined
          ? []
          : [{ kind: 'bind', source: shm.at, target: '/dev/shm', readOnly: false } as const]),
        ...resolveMounts(mounts, volumes, parts),
      ],
    }),
    runtime: ociKind(spec),
    joinedShm: shm,
    parts: [...parts.values()],
    tty: spec.tty === true,
    openStdin: spec.openStdin === true,
    keepStdinOpen: options.attach === undefined,
    logPath: log === undefined ? undefined : logPath(dir),
    exitCommand: exitCommand(context, record, {
      attached: options.attach !== undefined,
      endpoints: plan.endpoints,
    }),
    network: plan.network,
    configureNetwork: plan.configureNetwork,
    openNetwork: plan.openNetwork,
    heldDescriptors: plan.heldDescriptors,
  };
}
