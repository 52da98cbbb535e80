import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { checked, libcFunction } from '../../src/core/host/libc.ts';
import { processesOf } from '../../test/support/host-traces.ts';
import { mustRun, runProgram } from '../../test/support/run-program.ts';
import { tempFolder } from '../../test/support/temp-folder.ts';
import { until } from '../../test/support/until.ts';

/** A file system of its own on a loop device, whose power can be cut. */
export interface PowerDisk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string;
  /**
   * Loses, at once and for good, whatever was not written to the device yet, as a power cut does, and ends everything
   * that lives on it.
   */
  cut(): Promise<void>;
  /** Mounts it again; the file system recovers from its journal. */
  powerUp(): Promise<void>;
  /** Begins an argv that must take this for another boot of the machine. */
  readonly asBooted: () => readonly string[];
}

/**
 * ext4 on a sparse file. The cut is its own "go down" (`EXT4_IOC_SHUTDOWN` without flushing the log), which the file
 * system's developers test their recovery with: from that moment on nothing reaches the device, neither data that only
 * lies in memory nor the part of the journal that is not committed.
 */
export async function openPowerDisk(megabytes: number): Promise<PowerDisk> {
  await using made = new AsyncDisposableStack();
  const folder = made.use(tempFolder());
  const [image, path, bootFile] = [folder.at('image'), folder.at('disk'), folder.at('boot-id')];
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1_000_000);
  mkdirSync(path);
  await mustRun(['mkfs.ext4', '-q', image]);
  const newBoot = (): void => writeFileSync(bootFile, `${randomUUID()}\n`);
  let round = 0;
  let device = '';
  const mount = async (): Promise<void> => {
    newBoot();
    // A device of its own each time: processes of others may have begun namespaces with a copy of the mount before the
    // cut, and mount(8) would go on with the device, and the dead file system, that these keep alive.
    device = (await mustRun(['losetup', '--find', '--show', image])).trim();
    // Data that is not ordered before the metadata that names it is the harder case, and allowed.
    const data = round++ % 2 === 0 ? 'ordered' : 'writeback';
    await mustRun(['mount', '-o', `data=${data},commit=1`, device, path]);
  };
  const unmount = async (): Promise<void> => {
    for (const pid of processesOf(path)) process.kill(pid, 'SIGKILL');
    await until(async () => (await runProgram(['umount', path])).status === 0);
    await mustRun(['losetup', '--detach', device]);
  };
  await mount();
  made.defer(unmount);
  const kept = made.move();
  return {
    path,
    async cut() {
      goDown(path);
      await unmount();
    },
    powerUp: mount,
    asBooted: () => [
      'unshare',
      '--mount',
      'sh',
      '-c',
      `mount --bind ${bootFile} /proc/sys/kernel/random/boot_id && exec "$@"`,
      'sh',
    ],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function goDown(path: string): void {
  const fd = openSync(path, 'r');
  try {
    // _IOR('X', 125, __u32) of include/uapi/linux/fs.h; 2: without flushing the log.
    checked(ioctl(fd, 0x8004587d, new Int32Array([2])), 'ioctl FS_IOC_SHUTDOWN', path);
  } finally {
    closeSync(fd);
  }
}

const ioctl = libcFunction('ioctl', ['int', 'unsigned long', 'void *']);
