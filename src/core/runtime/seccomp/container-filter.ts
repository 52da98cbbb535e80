import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { capabilityNames } from '../../host/own-capabilities.ts';
import { defaultProfile, defaultProfileVersion } from './default-profile.ts';
import { cachedFilter } from './filter-cache.ts';
import { fitSeccompProfile } from './fit-profile.ts';
import type { SeccompArch, SeccompProfile, SeccompSection } from './profile.ts';

export interface ContainerFilter {
  readonly section: SeccompSection;
  /** Base64 of the compiled form; undefined where the runtime must compile it. */
  readonly program: string | undefined;
}

const largestProfileBytes = 1 << 20;
const arches: Readonly<Record<string, SeccompArch>> = { x64: 'amd64', arm64: 'arm64', riscv64: 'riscv64' };

/**
 * The system call filter of one container.
 * @param option `default`, `unconfined`, the text of a profile in Docker's form, or the absolute path of one
 * @returns undefined: no filter (asked for, or an architecture the profile does not know)
 * @throws GantryError `invalid` / `seccomp-profile`
 */
export async function containerFilter(
  option: string,
  situation: {
    readonly caps: readonly string[];
    readonly kernel: readonly [number, number];
    readonly cacheDir: string;
    /** The runtime takes compiled filters. */
    readonly compile: boolean;
  },
): Promise<ContainerFilter | undefined> {
  if (option === 'unconfined') return undefined;
  const arch = arches[process.arch];
  if (arch === undefined) return undefined;
  const facts = { caps: new Set(situation.caps), arch, kernel: situation.kernel };
  const cacheDir = join(situation.cacheDir, 'seccomp');
  const suffix = `${arch}-${capabilityMask(situation.caps)}-${situation.kernel.join('.')}`;

  const source = option === 'default' ? undefined : profileText(option);
  const profile = await loadProfile(source);
  const section = fitSeccompProfile(profile, facts);
  const key =
    source === undefined
      ? `default-${defaultProfileVersion}-${suffix}`
      : `${await digestOf(source)}-${suffix}`;
  const program = situation.compile ? await cachedFilter(cacheDir, key, () => section) : undefined;
  return { section, program };
}

async function loadProfile(source: string | undefined): Promise<SeccompProfile> {
  if (source === undefined) return defaultProfile;
  return (await import('./parse-profile.ts')).parseSeccompProfile(source);
}

function profileText(option: string): string {
  if (option.trimStart().startsWith('{')) return option;
  const fail = (problem: string, cause?: unknown): GantryError =>
    new GantryError({
      kind: 'invalid',
      code: 'seccomp-profile',
      message: `opening seccomp profile (${option}) failed: ${problem}`,
      cause,
    });
  if (!isAbsolute(option)) throw fail('the path is not absolute');
  try {
    const facts = statSync(option);
    if (!facts.isFile()) throw fail('not a file');
    if (facts.size > largestProfileBytes) throw fail(`longer than ${largestProfileBytes} bytes`);
    return readFileSync(option, 'utf8');
  } catch (error) {
    throw error instanceof GantryError ? error : fail((error as Error).message, error);
  }
}

function capabilityMask(caps: readonly string[]): string {
  const granted = new Set(caps);
  return capabilityNames
    .reduce((mask, name, number) => (granted.has(name) ? mask | (1n << BigInt(number)) : mask), 0n)
    .toString(16);
}

async function digestOf(text: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(text).digest('hex');
}
