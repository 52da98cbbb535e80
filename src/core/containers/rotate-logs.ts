import { statSync } from 'node:fs';
import { join } from 'node:path';
import { placeOutsideService } from '../host/cgroups/place-process.ts';
import { signalProcess } from '../host/process-handle.ts';
import { type ProcessIdentity, processIdentity, isAlive as processLives } from '../host/process-identity.ts';
import { startProcess } from '../host/start-process.ts';
import type { ContainerRecord } from './container-record.ts';
import { logPath, logSettings } from './log-files.ts';

const terminate = 15;

/**
 * Waits until so many bytes are in the log, and turns its files: the monitor goes on with a new one when told to, and
 * writes into the old one until then, so that nothing is lost however fast it comes. `tail` wakes when something is
 * written and `head` counts: nothing looks at the clock, and 1 MB is all they take together. Where one file is all that is
 * kept, the full one goes once something stands in the new one. Ends with the monitor.
 *
 * $1 log, $2 bytes, $3 files to keep in all, $4 the monitor's control pipe, $5 the monitor, $6 a name for a pipe.
 */
const turner = `log=$1 max=$2 files=$3 ctl=$4 monitor=$5 pipe=$6
trap 'kill $tail $head 2>/dev/null; rm -f "$pipe"; exit 0' TERM
follow=
tail --help 2>&1 | grep -q -- --pid && follow=--pid=$monitor
while kill -0 "$monitor" 2>/dev/null; do
  if [ ! -e "$log" ]; then sleep 0.1; continue; fi
  rm -f "$pipe"
  mkfifo -m 600 "$pipe" || exit 1
  tail -c +1 -f $follow "$log" >"$pipe" 2>/dev/null &
  tail=$!
  if [ "$files" = 1 ] && [ -e "$log.1" ]; then
    { head -c 1; rm -f "$log.1"; head -c "$((max - 1))"; } <"$pipe" >/dev/null &
  else
    head -c "$max" <"$pipe" >/dev/null &
  fi
  head=$!
  wait $head
  kill $tail 2>/dev/null
  wait $tail
  kill -0 "$monitor" 2>/dev/null || break
  [ "$(stat -c %s "$log" 2>/dev/null || echo 0)" -ge "$max" ] || { sleep 1; continue; }
  last=1
  while [ -e "$log.$last" ] && [ $last -lt $((files - 1)) ]; do last=$((last + 1)); done
  while [ $last -gt 1 ]; do mv -f "$log.$((last - 1))" "$log.$last"; last=$((last - 1)); done
  mv -f "$log" "$log.1"
  printf '2 0 0\\n' 1<>"$ctl"
done
rm -f "$pipe"`;

/** Whether the log of a container has a limit that nobody keeps. Without one of the user's it may grow that far first. */
export function isUnbounded({ spec, run, logTurner }: ContainerRecord, dir: string): boolean {
  const log = logSettings(spec);
  if (log?.maxBytes === undefined || run?.process === undefined) return false;
  if (logTurner !== undefined && processLives(logTurner)) return false;
  return log.isChosen || (statSync(logPath(dir), { throwIfNoEntry: false })?.size ?? 0) > log.maxBytes;
}

/** Starts who turns the files of a running container's log. Undefined when it cannot be started. */
export function rotateLogs({ spec, run }: ContainerRecord, dir: string): ProcessIdentity | undefined {
  const { maxBytes, files } = logSettings(spec) ?? {};
  const monitor = run?.process?.monitorPid;
  if (maxBytes === undefined || files === undefined || monitor === undefined) return undefined;
  const words = [logPath(dir), maxBytes, files, join(dir, 'ctl'), monitor, join(dir, 'turn')];
  const shell = startProcess({
    argv: ['/bin/sh', '-c', turner, 'sh', ...words.map(String)],
    cwd: '/',
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.unref();
  if (shell.pid === undefined) return undefined;
  placeOutsideService(shell.pid, '/gantry/monitors');
  return processIdentity(shell.pid);
}

/** Ends it when the container has ended. */
export function stopRotation({ logTurner }: ContainerRecord): void {
  if (logTurner !== undefined) signalProcess(logTurner, terminate);
}
