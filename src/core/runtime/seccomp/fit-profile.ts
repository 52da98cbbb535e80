import type {
  SeccompArch,
  SeccompCondition,
  SeccompProfile,
  SeccompRule,
  SeccompSection,
} from './profile.ts';

/** What a rule's conditions are held against. */
export interface SeccompSituation {
  /** Granted to the container: its bounding set. */
  readonly caps: ReadonlySet<string>;
  readonly arch: SeccompArch;
  readonly kernel: readonly [major: number, minor: number];
}

const nativeNames: Readonly<Record<SeccompArch, string>> = {
  amd64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
  riscv64: 'SCMP_ARCH_RISCV64',
};

/** Fits a profile to one container: keeps the rules whose conditions hold and drops the conditions. Pure. */
export function fitSeccompProfile(profile: SeccompProfile, situation: SeccompSituation): SeccompSection {
  const native = nativeNames[situation.arch];
  const family = profile.archMap.find((entry) => entry.architecture === native);
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures: [native, ...(family?.subArchitectures ?? [])],
    syscalls: profile.syscalls
      .filter((rule) => applies(rule, situation))
      .map(({ names, action, errnoRet, args }) => ({
        names,
        action,
        ...(errnoRet === undefined ? {} : { errnoRet }),
        ...(args === undefined || args.length === 0 ? {} : { args }),
      })),
  };
}

function applies(rule: SeccompRule, { caps, arch, kernel }: SeccompSituation): boolean {
  const { includes, excludes } = rule;
  if (excludes?.caps?.some((cap) => caps.has(cap))) return false;
  if (excludes?.arches?.includes(arch)) return false;
  if (excludes?.minKernel !== undefined && reaches(kernel, excludes)) return false;
  if (includes?.caps?.some((cap) => !caps.has(cap))) return false;
  if (includes?.arches?.length && !includes.arches.includes(arch)) return false;
  return includes?.minKernel === undefined || reaches(kernel, includes);
}

function reaches(kernel: readonly [number, number], { minKernel }: SeccompCondition): boolean {
  const [major = 0, minor = 0] = (minKernel ?? '').split('.').map(Number);
  return kernel[0] > major || (kernel[0] === major && kernel[1] >= minor);
}
