import type { Answer, HostLook } from '../../src/core/host/checks/host-look.ts';

/** Another machine, as checks see one: its files, its programs by `name args`, and who we are on it. */
export function hostLookOf(machine: {
  readonly uid?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly programs?: Readonly<Record<string, Partial<Answer>>>;
}): HostLook {
  const { uid = 0, files = {}, programs = {} } = machine;
  return {
    uid,
    read: (path) => files[path],
    exists: (path) => path in files,
    async ask(program, ...args) {
      const answer = programs[[program, ...args].join(' ')];
      return answer && { path: `/usr/bin/${program}`, status: 0, text: '', ...answer };
    },
  };
}
