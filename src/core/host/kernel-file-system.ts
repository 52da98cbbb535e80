import { statfsSync } from 'node:fs';

/** statfs(2), `linux/magic.h`: what is in them is made by the kernel as it is read, and is nobody's to copy. */
const kernelTypes: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0x1cd1, // devpts
  0x19800202, // mqueue
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0xcafe4a11, // bpf
  0x6165676c, // pstore
  0x62656570, // configfs
  0xde5e81e4, // efivarfs
  0x42494e4d, // binfmt_misc
]);

/** Whether an open folder is of the kernel's own (/proc, /sys), which hold no files. */
export function isKernelFolder(fd: number): boolean {
  return kernelTypes.has(statfsSync(`/proc/self/fd/${fd}/.`).type);
}
