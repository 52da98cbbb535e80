import type { SeccompSection } from './profile.ts';

/**
 * Numbers of calls that came after 5.2, when all architectures began to share them (kernel sources,
 * scripts/syscall.tbl). libseccomp learns of a call one or two years after the kernel.
 */
const sharedNumbers: Readonly<Record<string, number>> = {
  pidfd_open: 434,
  clone3: 435,
  close_range: 436,
  openat2: 437,
  pidfd_getfd: 438,
  faccessat2: 439,
  process_madvise: 440,
  epoll_pwait2: 441,
  mount_setattr: 442,
  quotactl_fd: 443,
  landlock_create_ruleset: 444,
  landlock_add_rule: 445,
  landlock_restrict_self: 446,
  memfd_secret: 447,
  process_mrelease: 448,
  futex_waitv: 449,
  set_mempolicy_home_node: 450,
  cachestat: 451,
  fchmodat2: 452,
  map_shadow_stack: 453,
  futex_wake: 454,
  futex_wait: 455,
  futex_requeue: 456,
  statmount: 457,
  listmount: 458,
  lsm_get_self_attr: 459,
  lsm_set_self_attr: 460,
  lsm_list_modules: 461,
  mseal: 462,
  setxattrat: 463,
  getxattrat: 464,
  listxattrat: 465,
  removexattrat: 466,
};

const allow = 0x7fff0000;
const errnoNotImplemented = 0x00050000 | 38;
/** Above lie calls private to 32-bit ARM. */
const firstPrivateNumber = 0x000f0000;
const x32Bit = 0x40000000;
const callNumberOffset = 0;

/** Classic BPF: `code`, both jumps, `k` (linux/filter.h). */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, k: number];

/**
 * Puts in front of a compiled filter what libseccomp could not say: calls the section allows that it has no name for
 * (`unknownNames`) are allowed by number, and calls newer than any the section names fail with ENOSYS and not with
 * EPERM, so that a C library of tomorrow falls back to the older call instead of failing.
 *
 * Only for sections that refuse by default; others are returned as they are.
 */
export function withNewerSyscalls(
  program: Uint8Array,
  section: SeccompSection,
  unknownNames: ReadonlySet<string>,
): Uint8Array {
  if (section.defaultAction !== 'SCMP_ACT_ERRNO') return program;
  const named = section.syscalls.flatMap((rule) => rule.names.map((name) => ({ name, rule })));
  const newest = Math.max(...named.map(({ name }) => sharedNumbers[name] ?? 0));
  if (newest === 0) return program;
  const allowed = named
    .filter(({ name, rule }) => unknownNames.has(name) && rule.action === 'SCMP_ACT_ALLOW' && !rule.args)
    .flatMap(({ name }) => sharedNumbers[name] ?? []);
  return Buffer.concat([encode(prologue(newest, [...new Set(allowed)], hasX32(section))), program]);
}

function prologue(newest: number, allowed: readonly number[], maskX32: boolean): readonly Instruction[] {
  const load = 0x20;
  const and = 0x54;
  const jumpEqual = 0x15;
  const jumpGreater = 0x25;
  const jumpAtLeast = 0x35;
  const jump = 0x05;
  const answer = 0x06;
  const count = allowed.length;
  return [
    [load, 0, 0, callNumberOffset],
    ...(maskX32 ? [[and, 0, 0, ~x32Bit >>> 0] as const] : []),
    [jumpAtLeast, count + 4, 0, firstPrivateNumber],
    [jumpGreater, count + 1, 0, newest],
    ...allowed.map((number, index): Instruction => [jumpEqual, count - index + 1, 0, number]),
    [jump, 0, 0, 2],
    [answer, 0, 0, errnoNotImplemented],
    [answer, 0, 0, allow],
  ];
}

function encode(instructions: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [index, [code, ifTrue, ifFalse, k]] of instructions.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  }
  return bytes;
}

function hasX32(section: SeccompSection): boolean {
  return section.architectures.includes('SCMP_ARCH_X32');
}
