/** A way out that is tried from inside a container. */
export interface ShellEscape {
  readonly name: string;
  /** Ends with status 0 only if it worked. Prey: `$PREY`, a file of the machine; `$DISK`, major and minor of its disk. */
  readonly script: string;
  /** What it must fail with: else it may have failed for a reason of its own. */
  readonly refusal: RegExp;
}

const denied = /permission denied|operation not permitted/i;
const readOnly = /read-only file system/i;
const absent = /no such file|can't open|nonexistent directory/i;
const silent = /^$/;
/** Kernels are built without some of these files. */
const readOnlyOrAbsent = /read-only file system|nonexistent directory|no such file/i;

/** Opens for writing and writes nothing: harmless where it is let through. */
const opensForWriting = (path: string): string => `: >>${path}`;

const mounts: readonly ShellEscape[] = [
  { name: 'mounts a file system', script: 'mount -t tmpfs none /tmp', refusal: denied },
  { name: 'binds the root elsewhere', script: 'mount --bind / /tmp', refusal: denied },
  { name: 'makes /proc/sys writable', script: 'mount -o remount,rw,bind /proc/sys', refusal: denied },
  { name: 'makes /sys writable', script: 'mount -o remount,rw /sys', refusal: denied },
  { name: 'unmounts a mask', script: 'umount /proc/kcore', refusal: denied },
  { name: 'unmounts /etc/hosts', script: 'umount /etc/hosts', refusal: denied },
  { name: 'mounts a cgroup hierarchy', script: 'mount -t cgroup -o memory cgroup /tmp', refusal: denied },
  { name: 'mounts another /proc', script: 'mount -t proc proc /tmp', refusal: denied },
  {
    name: 'mounts the disk of the machine',
    script: 'mknod /tmp/disk b $DISK; mount -o ro /tmp/disk /tmp',
    refusal: denied,
  },
  { name: 'pivots away', script: 'mkdir -p /tmp/new/old; pivot_root /tmp/new /tmp/new/old', refusal: denied },
];

const namespaces: readonly ShellEscape[] = [
  { name: 'makes a user namespace', script: 'unshare -U true', refusal: denied },
  { name: 'becomes root of a user namespace to mount', script: 'unshare -r -m true', refusal: denied },
  { name: 'makes a mount namespace', script: 'unshare -m true', refusal: denied },
  { name: 'makes a network namespace', script: 'unshare -n true', refusal: denied },
  { name: 'joins the namespaces of PID 1', script: 'nsenter -t 1 -m -u -i -n -p true', refusal: denied },
  {
    name: 'finds a process of the machine',
    script: 'grep -l "[v]itest" /proc/[0-9]*/cmdline',
    refusal: silent,
  },
  {
    name: 'ends a process of the machine',
    script: 'kill -0 $HOST_PID',
    refusal: /no such process/i,
  },
  {
    name: 'sees the machine’s sockets',
    script:
      'grep -c /systemd/ /proc/net/unix | grep -v "^0$"; ip -o link | grep -vE "^[0-9]+: (lo|eth0)[:@]"',
    refusal: silent,
  },
];

const kernelFiles: readonly ShellEscape[] = [
  {
    name: 'sets the program for core dumps',
    script: opensForWriting('/proc/sys/kernel/core_pattern'),
    refusal: readOnly,
  },
  {
    name: 'sets the program for modules',
    script: opensForWriting('/proc/sys/kernel/modprobe'),
    refusal: readOnlyOrAbsent,
  },
  {
    name: 'sets a hot plug helper',
    script: opensForWriting('/sys/kernel/uevent_helper'),
    refusal: /read-only|denied|nonexistent|no such/i,
  },
  {
    name: 'registers a binary format',
    script: opensForWriting('/proc/sys/fs/binfmt_misc/register'),
    refusal: /read-only|nonexistent|no such/i,
  },
  { name: 'has the kernel panic', script: opensForWriting('/proc/sys/vm/panic_on_oom'), refusal: readOnly },
  { name: 'presses SysRq', script: opensForWriting('/proc/sysrq-trigger'), refusal: readOnlyOrAbsent },
  { name: 'moves interrupts', script: opensForWriting('/proc/irq/default_smp_affinity'), refusal: readOnly },
  {
    name: 'writes to the PCI bus',
    script: 'for f in $(find /proc/bus -type f) /proc/bus/pci; do : >>$f; exit; done',
    refusal: /read-only|is a directory|nonexistent/i,
  },
  { name: 'reads kernel memory', script: 'head -c 1 /proc/kcore 2>/dev/null | grep -q .', refusal: silent },
  {
    name: 'reads the timers of everybody',
    script: '[ "$(head -c 1 /proc/timer_list | wc -c)" != 0 ]',
    refusal: silent,
  },
  { name: 'reads everybody’s keys', script: 'grep -q . /proc/keys', refusal: silent },
  { name: 'counts interrupts', script: 'grep -q . /proc/interrupts', refusal: silent },
  {
    name: 'lists ACPI and firmware',
    script:
      'ls -A /proc/acpi /proc/scsi /sys/firmware /sys/devices/virtual/powercap 2>/dev/null | grep -v ":$" | grep .',
    refusal: silent,
  },
  { name: 'reads the kernel’s messages', script: 'dmesg', refusal: denied },
  { name: 'opens /dev/kmsg', script: 'head -c 1 /dev/kmsg', refusal: absent },
  {
    name: 'writes below /sys',
    script:
      'for f in /sys/class/net/lo/mtu /sys/kernel/profiling; do [ -e $f ] && { : >>$f; exit; }; done; false',
    refusal: readOnly,
  },
  {
    name: 'sees debugfs, bpffs or security files',
    script:
      'ls -A /sys/kernel/debug /sys/fs/bpf /sys/kernel/security /sys/kernel/tracing 2>/dev/null | grep -v ":$" | grep .',
    refusal: silent,
  },
  {
    name: 'makes itself unkillable for want of memory',
    script: 'echo -500 >/proc/self/oom_score_adj',
    refusal: denied,
  },
];

const cgroups: readonly ShellEscape[] = [
  {
    name: 'sets a release agent',
    script: 'for f in /sys/fs/cgroup/*/release_agent /sys/fs/cgroup/release_agent; do : >>$f; done',
    refusal: /read-only|nonexistent|no such/i,
  },
  {
    name: 'makes a cgroup',
    script:
      'for d in /sys/fs/cgroup/memory /sys/fs/cgroup; do [ -d $d ] && { mkdir $d/mine; exit; }; done; false',
    refusal: readOnly,
  },
  {
    name: 'leaves its cgroup',
    script:
      'for f in /sys/fs/cgroup/memory/cgroup.procs /sys/fs/cgroup/cgroup.procs; do [ -e $f ] && { : >>$f; exit; }; done; false',
    refusal: readOnly,
  },
  {
    name: 'raises its own limit',
    script:
      'for f in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max; do [ -e $f ] && { : >>$f; exit; }; done; false',
    refusal: readOnly,
  },
  {
    name: 'allows itself a device',
    script: 'for f in /sys/fs/cgroup/devices/devices.allow /sys/fs/cgroup/devices.allow; do : >>$f; done',
    refusal: /read-only/i,
  },
  {
    name: 'sees the cgroups of others',
    script: 'ls -d /sys/fs/cgroup/*/gantry /sys/fs/cgroup/gantry /sys/fs/cgroup/*/../../gantry',
    refusal: absent,
  },
];

const devices: readonly ShellEscape[] = [
  {
    name: 'reads the machine’s disk by a node of its own',
    script: 'mknod /tmp/d b $DISK; head -c 1 /tmp/d',
    refusal: denied,
  },
  {
    name: 'reads memory by a node of its own',
    script: 'mknod /tmp/m c 1 1; head -c 1 /tmp/m',
    refusal: denied,
  },
  {
    name: 'reads I/O ports by a node of its own',
    script: 'mknod /tmp/p c 1 4; head -c 1 /tmp/p',
    refusal: denied,
  },
  {
    name: 'writes kernel messages by a node of its own',
    script: 'mknod /tmp/k c 1 11; : >>/tmp/k',
    refusal: denied,
  },
  { name: 'opens the machine’s console', script: 'mknod /tmp/c c 4 0; : >>/tmp/c', refusal: denied },
  { name: 'opens a loop device', script: 'mknod /tmp/l b 7 0; head -c 1 /tmp/l', refusal: denied },
  { name: 'opens FUSE', script: 'mknod /tmp/f c 10 229; : >>/tmp/f', refusal: denied },
  { name: 'opens KVM', script: 'mknod /tmp/v c 10 232; : >>/tmp/v', refusal: denied },
  { name: 'makes a tunnel', script: 'mknod /tmp/t c 10 200; : >>/tmp/t', refusal: denied },
  {
    name: 'finds a device beside Docker’s',
    script:
      'find /dev ! -path "/dev/pts/*" \\( -type b -o -type c \\) | grep -vE "^/dev/(null|zero|full|random|urandom|tty|console)$|ptmx"',
    refusal: silent,
  },
];

const files: readonly ShellEscape[] = [
  { name: 'finds a file of the machine by its path', script: 'cat $PREY', refusal: absent },
  {
    name: 'finds it through the root of a process',
    script: 'cat /proc/[0-9]*/root$PREY /proc/[0-9]*/cwd$PREY /proc/self/root/../../..$PREY',
    refusal: absent,
  },
  {
    name: 'holds a descriptor that is not its own',
    script: 'for f in /proc/1/fd/* /proc/$$/fd/*; do readlink $f; done | grep -vE "^/dev/null$|^pipe:"',
    refusal: silent,
  },
  {
    name: 'finds a folder behind any descriptor',
    script:
      'for f in /proc/[0-9]*/fd/*; do [ -e $f$PREY ] && exit; ls $f/../../..$PREY && exit; done 2>/dev/null; false',
    refusal: silent,
  },
  {
    name: 'finds a variable of the engine',
    script: 'cat /proc/[0-9]*/environ | grep GANTRY_TEST_SECRET',
    refusal: silent,
  },
  {
    name: 'climbs out of a changed root',
    script:
      'mkdir -p /tmp/jail; perl -e \'opendir my $d, "/"; chroot "/tmp/jail" or die $!; chdir $d; chdir ".." for 1..64; chroot "." or die $!; exec "cat", $ENV{PREY}\'',
    refusal: absent,
  },
  {
    name: 'opens a file by its handle',
    // struct file_handle of inode 2, the root of most file systems (“shocker”).
    script: `perl -e 'open my $d, "<", "/etc/hosts"; my $n = \`uname -m\` =~ /x86_64/ ? 304 : 265;
      my ($fd, $handle) = (fileno $d, pack("LlLL", 8, 1, 2, 0));
      exit 0 if syscall($n, $fd, $handle, 0) >= 0; print $!; exit 1'`,
    refusal: denied,
  },
];

const rights: readonly ShellEscape[] = [
  {
    name: 'has a capability beside Docker’s',
    script: 'grep CapEff /proc/self/status | grep -v 00000000a80425fb',
    refusal: silent,
  },
  {
    name: 'has one to hand on',
    script: 'grep -E "Cap(Inh|Amb)" /proc/self/status | grep -v 0000000000000000',
    refusal: silent,
  },
  { name: 'sets an address', script: 'ip addr add 10.9.9.9/24 dev eth0', refusal: denied },
  { name: 'sets a route', script: 'ip route add 10.9.9.0/24 dev lo', refusal: denied },
  { name: 'takes a name', script: 'hostname other', refusal: denied },
  { name: 'sets the clock', script: 'date -s "2001-01-01"; [ "$(date +%Y)" = 2001 ]', refusal: denied },
  { name: 'raises a limit', script: 'ulimit -H -n 99999999', refusal: /permitted|denied|invalid/i },
  { name: 'loads a module', script: 'echo x >/tmp/x.ko; insmod /tmp/x.ko', refusal: denied },
  {
    name: 'raises its priority',
    script: `perl -e 'setpriority(0, 0, -20) or print $!; exit(getpriority(0, 0) >= 0 ? 1 : 0)'`,
    refusal: denied,
  },
];

export const shellEscapes: Readonly<Record<string, readonly ShellEscape[]>> = {
  mounts,
  namespaces,
  'files of the kernel': kernelFiles,
  cgroups,
  devices,
  'files of the machine': files,
  rights,
};
