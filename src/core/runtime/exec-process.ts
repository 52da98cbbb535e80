import type { ExecSpec } from '../../engine/containers.ts';
import type { HostFacts } from './host-facts.ts';
import type { RuntimeProcess, RuntimeSpec } from './runtime-spec.ts';
import { grantedCapabilities } from './spec/capabilities.ts';
import { processCapabilities } from './spec/container-spec.ts';
import { homeAnnotation, overlayEnvironment } from './spec/environment.ts';
import { workingDirectory } from './spec/process-config.ts';
import type { ResolvedUser } from './user/resolve-user.ts';

/**
 * The process of `exec`, from the container's own: its environment, folder, user and limits where the request says
 * nothing. `user` is the one asked for, resolved inside; undefined: the container's. Pure.
 */
export function execProcess(
  { process: container, annotations }: RuntimeSpec,
  spec: ExecSpec,
  user: ResolvedUser | undefined,
  host: HostFacts,
): RuntimeProcess {
  const tty = spec.tty === true;
  // Another user has another home, unless somebody chose one for all.
  const newHome =
    user !== undefined && annotations?.[homeAnnotation] !== undefined ? [`HOME=${user.home}`] : [];
  const inherited = overlayEnvironment(container.env, newHome);
  const terminal = inherited.some((entry) => entry.startsWith('TERM=')) || !tty ? [] : ['TERM=xterm'];
  const uid = user?.uid ?? container.user.uid;
  const granted = spec.privileged
    ? grantedCapabilities({ privileged: true }, host.boundingCaps)
    : container.capabilities.bounding;
  const { consoleSize: _none, ...own } = container;
  return {
    ...own,
    terminal: tty,
    ...(tty && spec.size !== undefined
      ? { consoleSize: { height: spec.size.rows, width: spec.size.columns } }
      : {}),
    args: spec.command,
    env: overlayEnvironment([...inherited, ...terminal], spec.env ?? []),
    cwd: spec.workingDir ? workingDirectory(spec.workingDir) : container.cwd,
    user:
      user === undefined
        ? container.user
        : { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    capabilities: processCapabilities(granted, uid),
  };
}
