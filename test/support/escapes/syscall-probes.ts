/** A system call that no container without further rights may make, with arguments that do no harm where it is let through. */
export interface SyscallProbe {
  readonly name: string;
  /** What the probe is about, where a call has several. */
  readonly of?: string;
  readonly x64?: number;
  readonly arm64?: number;
  /** Numbers, or text for a pointer to it. Missing ones are 0. */
  readonly args?: readonly (number | string)[];
  /** The answer of the filter. Default: EPERM. */
  readonly errno?: readonly number[];
}

const EPERM = 1;
const ENOSYS = 38;
const newUser = 0x10000000;
const newMount = 0x20000;
const childSignal = 17;
const x32Bit = 0x40000000;

/** One of each kind that has been, or could be, a way out. */
export const syscallProbes: readonly SyscallProbe[] = [
  // Namespaces.
  { name: 'unshare', of: 'user', x64: 272, arm64: 97, args: [newUser] },
  { name: 'unshare', of: 'mount', x64: 272, arm64: 97, args: [newMount] },
  { name: 'clone', of: 'user', x64: 56, arm64: 220, args: [newUser | childSignal] },
  { name: 'clone', of: 'mount', x64: 56, arm64: 220, args: [newMount | childSignal] },
  { name: 'clone3', x64: 435, arm64: 435, args: ['\0'.repeat(88), 88], errno: [ENOSYS] },
  { name: 'setns', x64: 308, arm64: 268, args: [0, 0] },
  // Mounts, the old way and the new.
  { name: 'mount', x64: 165, arm64: 40, args: ['none', '/tmp', 'tmpfs'] },
  { name: 'umount2', x64: 166, arm64: 39, args: ['/proc'] },
  { name: 'pivot_root', x64: 155, arm64: 41, args: ['/tmp', '/tmp'] },
  { name: 'open_tree', x64: 428, arm64: 428, args: [-100, '/', 1] },
  { name: 'move_mount', x64: 429, arm64: 429, args: [-100, '/tmp', -100, '/tmp'] },
  { name: 'fsopen', x64: 430, arm64: 430, args: ['tmpfs'] },
  { name: 'fsconfig', x64: 431, arm64: 431 },
  { name: 'fsmount', x64: 432, arm64: 432 },
  { name: 'fspick', x64: 433, arm64: 433, args: [-100, '/'] },
  { name: 'mount_setattr', x64: 442, arm64: 442, args: [-100, '/', 0, '\0'.repeat(32), 32] },
  // Files past every path.
  { name: 'open_by_handle_at', x64: 304, arm64: 265, args: [-100, '\0'.repeat(64)] },
  { name: 'fanotify_init', x64: 300, arm64: 262 },
  { name: 'quotactl', x64: 179, arm64: 60 },
  // Kernel code and keys.
  { name: 'keyctl', x64: 250, arm64: 219 },
  { name: 'add_key', x64: 248, arm64: 217, args: ['user', 'probe', 'x', 1, -3] },
  { name: 'request_key', x64: 249, arm64: 218, args: ['user', 'probe'] },
  { name: 'bpf', x64: 321, arm64: 280, args: [0, '\0'.repeat(72), 72] },
  { name: 'userfaultfd', x64: 323, arm64: 282 },
  { name: 'perf_event_open', x64: 298, arm64: 241, args: ['\0'.repeat(128), 0, -1, -1] },
  { name: 'io_uring_setup', x64: 425, arm64: 425, args: [1, '\0'.repeat(120)] },
  { name: 'io_uring_enter', x64: 426, arm64: 426, args: [-1] },
  { name: 'io_uring_register', x64: 427, arm64: 427, args: [-1] },
  { name: 'init_module', x64: 175, arm64: 105 },
  { name: 'finit_module', x64: 313, arm64: 273, args: [-1, ''] },
  { name: 'delete_module', x64: 176, arm64: 106, args: ['gantry-no-such-module'] },
  { name: 'kexec_load', x64: 246, arm64: 104, args: [0, 0, 0, -1] },
  { name: 'kexec_file_load', x64: 320, arm64: 294, args: [-1, -1] },
  { name: 'syslog', x64: 103, arm64: 116, args: [10] },
  // Other processes, and memory that is shared with the machine's.
  { name: 'kcmp', x64: 312, arm64: 272, args: [1, 1] },
  { name: 'pidfd_getfd', x64: 438, arm64: 438, args: [-1] },
  { name: 'process_madvise', x64: 440, arm64: 440, args: [-1] },
  { name: 'move_pages', x64: 279, arm64: 239 },
  { name: 'migrate_pages', x64: 256, arm64: 238 },
  { name: 'mbind', x64: 237, arm64: 235 },
  { name: 'set_mempolicy', x64: 238, arm64: 237 },
  // The machine as a whole.
  { name: 'reboot', x64: 169, arm64: 142, args: [1, 2, 3] },
  { name: 'settimeofday', x64: 164, arm64: 170 },
  { name: 'clock_settime', x64: 227, arm64: 112, args: [-1] },
  { name: 'swapon', x64: 167, arm64: 224, args: ['/no/such/file'] },
  { name: 'swapoff', x64: 168, arm64: 225, args: ['/no/such/file'] },
  { name: 'acct', x64: 163, arm64: 89, args: ['/no/such/file'] },
  { name: 'sethostname', x64: 170, arm64: 161, args: ['probe', 5] },
  { name: 'setdomainname', x64: 171, arm64: 162, args: ['probe', 5] },
  { name: 'vhangup', x64: 153, arm64: 58 },
  { name: 'iopl', x64: 172, args: [3] },
  { name: 'ioperm', x64: 173, args: [0, 1, 1] },
  // Address families whose kernel code is not for containers, and one that ends at the hypervisor.
  { name: 'socket', of: 'AF_ALG', x64: 41, arm64: 198, args: [38, 5] },
  { name: 'socket', of: 'AF_VSOCK', x64: 41, arm64: 198, args: [40, 1] },
  { name: 'personality', of: 'ADDR_NO_RANDOMIZE', x64: 135, arm64: 92, args: [0x40000] },
  // The same calls by their numbers of another ABI. Kernels without that ABI answer ENOSYS.
  { name: 'keyctl', of: 'x32', x64: x32Bit | 250, errno: [EPERM, ENOSYS] },
  { name: 'unshare', of: 'x32', x64: x32Bit | 272, args: [newUser], errno: [EPERM, ENOSYS] },
  { name: 'ptrace as of old', of: 'x32', x64: x32Bit | 521, args: [16, 1], errno: [EPERM, ENOSYS] },
  { name: 'a call nobody knows yet', x64: 1000, arm64: 1000, errno: [ENOSYS] },
];

/** The number of a probe on this machine; undefined: the call is not there. */
export function syscallNumber({ x64, arm64 }: SyscallProbe): number | undefined {
  return process.arch === 'arm64' ? arm64 : x64;
}

/**
 * A perl program that makes every call, each in a process of its own, and prints the error number of each on a line of
 * its own, 0 for none.
 */
export function probeProgram(probes: readonly SyscallProbe[]): string {
  const calls = probes.map((probe) => {
    const args = [0, 1, 2, 3, 4, 5].map((at) => probe.args?.[at] ?? 0).map(perlValue);
    return `[${[syscallNumber(probe), ...args].join(', ')}]`;
  });
  return `
    $| = 1;
    for my $call (${calls.join(',\n')}) {
      pipe(my $reader, my $writer);
      if (!fork) {
        my @args = @$call;
        my $made = syscall($args[0], @args[1 .. 6]);
        syswrite($writer, $made == -1 ? $! + 0 : 0);
        exit;
      }
      close $writer;
      print readline($reader), "\\n";
      wait;
    }`;
}

function perlValue(value: number | string): string {
  if (typeof value === 'number') return String(value);
  return /^\0+$/.test(value) ? `"\\0" x ${value.length}` : `"${value}"`;
}
