/** One system call as a filter sees it (`struct seccomp_data`). */
export interface SyscallAttempt {
  readonly number: number;
  /** AUDIT_ARCH_… */
  readonly arch: number;
  readonly args?: readonly bigint[];
}

/** Runs a classic BPF program on a system call and returns its verdict, as the kernel would. */
export function runFilter(program: Uint8Array, { number, arch, args = [] }: SyscallAttempt): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(arch >>> 0, 4);
  for (const [index, value] of args.entries()) data.writeBigUInt64LE(value, 16 + index * 8);
  const code = Buffer.from(program);
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const operation = code.readUInt16LE(at * 8);
    const constant = code.readUInt32LE(at * 8 + 4);
    const jump = (taken: boolean): void => {
      at += code.readUInt8(at * 8 + (taken ? 2 : 3));
    };
    if (operation === 0x20) accumulator = data.readUInt32LE(constant);
    else if (operation === 0x54) accumulator = (accumulator & constant) >>> 0;
    else if (operation === 0x05) at += constant;
    else if (operation === 0x15) jump(accumulator === constant);
    else if (operation === 0x25) jump(accumulator > constant);
    else if (operation === 0x35) jump(accumulator >= constant);
    else if (operation === 0x45) jump((accumulator & constant) !== 0);
    else if (operation === 0x06) return constant;
    else throw new Error(`instruction ${operation.toString(16)} at ${at} is not known`);
  }
}
