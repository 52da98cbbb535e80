import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type ForeignFunction, koffi } from '../../host/koffi.ts';
import type { SeccompAction, SeccompArg, SeccompSection } from './profile.ts';

/** A filter as the kernel takes it, and the calls of the section this libseccomp had no number for. */
export interface CompiledFilter {
  readonly program: Uint8Array;
  readonly unknownNames: ReadonlySet<string>;
}

/**
 * Compiles a section as the runtimes do, through libseccomp.so.2. Undefined where the library is not there or will
 * not have it: the runtime compiles it itself then.
 * @param scratchPath a file that does not exist; gone again afterwards
 */
export function compileWithLibseccomp(
  section: SeccompSection,
  scratchPath: string,
): CompiledFilter | undefined {
  const library = openLibrary();
  if (library === undefined) return undefined;
  const fallback = actionCode(section.defaultAction, section.defaultErrnoRet);
  const filter = library.init(fallback);
  if (filter === 0) return undefined;
  try {
    for (const architecture of section.architectures) {
      const token = library.archResolve(architecture.replace('SCMP_ARCH_', '').toLowerCase());
      const failed = token === 0 ? -1 : library.archAdd(filter, token);
      if (failed < 0 && failed !== alreadyThere) return undefined;
    }
    library.attributeSet(filter, optimiseAttribute, binaryTree);
    const unknownNames = new Set<string>();
    for (const rule of section.syscalls) {
      const action = actionCode(rule.action, rule.errnoRet);
      if (action === fallback) continue;
      for (const name of rule.names) {
        const number = library.syscallResolve(name);
        if (number === unknownSyscall) unknownNames.add(name);
        else {
          for (const tests of alternatives(rule.args ?? [])) {
            const failed = library.ruleAdd(filter, action, number, tests.length, encodeTests(tests));
            if (failed < 0) return undefined;
          }
        }
      }
    }
    return { program: exportProgram(library, filter, scratchPath), unknownNames };
  } finally {
    library.release(filter);
  }
}

interface Library {
  readonly init: ForeignFunction;
  readonly release: ForeignFunction;
  readonly archResolve: ForeignFunction;
  readonly archAdd: ForeignFunction;
  readonly attributeSet: ForeignFunction;
  readonly syscallResolve: ForeignFunction;
  readonly ruleAdd: ForeignFunction;
  readonly exportBpf: ForeignFunction;
}

const alreadyThere = -17;
const unknownSyscall = -1;
/** SCMP_FLTATR_CTL_OPTIMIZE; older libraries refuse it and make a list instead of a tree. */
const optimiseAttribute = 8;
const binaryTree = 2;

function openLibrary(): Library | undefined {
  try {
    const library = koffi().load('libseccomp.so.2');
    return {
      init: library.func('seccomp_init', 'ulong', ['uint32_t']),
      release: library.func('seccomp_release', 'void', ['ulong']),
      archResolve: library.func('seccomp_arch_resolve_name', 'uint32_t', ['const char *']),
      archAdd: library.func('seccomp_arch_add', 'int', ['ulong', 'uint32_t']),
      attributeSet: library.func('seccomp_attr_set', 'int', ['ulong', 'int', 'uint32_t']),
      syscallResolve: library.func('seccomp_syscall_resolve_name', 'int', ['const char *']),
      ruleAdd: library.func('seccomp_rule_add_array', 'int', ['ulong', 'uint32_t', 'int', 'uint', 'void *']),
      exportBpf: library.func('seccomp_export_bpf', 'int', ['ulong', 'int']),
    };
  } catch {
    return undefined;
  }
}

/** As runc reads them: tests of different arguments must all hold, several of one argument are alternatives. */
function alternatives(args: readonly SeccompArg[]): readonly (readonly SeccompArg[])[] {
  const repeated = new Set(args.map((arg) => arg.index)).size < args.length;
  return repeated ? args.map((arg) => [arg]) : [args];
}

const operators = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'];

/** `struct scmp_arg_cmp`: unsigned arg, int op, two 64-bit data. */
function encodeTests(tests: readonly SeccompArg[]): Uint8Array {
  const size = 24;
  const view = new DataView(new ArrayBuffer(Math.max(size, tests.length * size)));
  for (const [position, test] of tests.entries()) {
    const at = position * size;
    view.setUint32(at, test.index, true);
    view.setUint32(at + 4, operators.indexOf(test.op.slice('SCMP_CMP_'.length)) + 1, true);
    view.setBigUint64(at + 8, BigInt(test.value), true);
    view.setBigUint64(at + 16, BigInt(test.valueTwo ?? 0), true);
  }
  return new Uint8Array(view.buffer);
}

const EPERM = 1;

function actionCode(action: SeccompAction, errno = EPERM): number {
  switch (action) {
    case 'SCMP_ACT_ALLOW':
      return 0x7fff0000;
    case 'SCMP_ACT_ERRNO':
      return 0x00050000 | errno;
    case 'SCMP_ACT_KILL':
    case 'SCMP_ACT_KILL_THREAD':
      return 0;
    case 'SCMP_ACT_KILL_PROCESS':
      return 0x80000000;
    case 'SCMP_ACT_LOG':
      return 0x7ffc0000;
    case 'SCMP_ACT_TRACE':
      return 0x7ff00000 | errno;
    case 'SCMP_ACT_TRAP':
      return 0x00030000;
  }
}

function exportProgram(library: Library, filter: number, scratchPath: string): Uint8Array {
  const fd = openSync(scratchPath, 'wx', 0o600);
  try {
    const failed = library.exportBpf(filter, fd);
    if (failed < 0) throw new Error(`seccomp_export_bpf: ${failed}`);
    return readFileSync(scratchPath);
  } finally {
    closeSync(fd);
    rmSync(scratchPath, { force: true });
  }
}
