import { GantryError } from '../base/gantry-error.ts';
import type { Platform } from './platform.ts';

const architectures = new Set([
  '386',
  'amd64',
  'arm',
  'arm64',
  'loong64',
  'mips',
  'mips64',
  'mips64le',
  'mipsle',
  'ppc64',
  'ppc64le',
  'riscv64',
  's390x',
  'sparc64',
  'wasm',
]);
const systems = new Set([
  'aix',
  'android',
  'darwin',
  'dragonfly',
  'freebsd',
  'illumos',
  'ios',
  'js',
  'linux',
  'netbsd',
  'openbsd',
  'plan9',
  'solaris',
  'wasi',
  'wasip1',
  'windows',
]);

/** Whether an operating system and an architecture are among those that images are made for, as they are written there. */
export function isKnownPlatform({ os, architecture }: Pick<Platform, 'os' | 'architecture'>): boolean {
  return systems.has(os) && architectures.has(architecture);
}

/**
 * Parses `os/arch[/variant]`, `arch` or `os`, filling what is left out from `defaults`, and normalises aliases
 * (`x86_64`, `aarch64`, `armhf`) as containerd does. Throws `invalid` / `bad-platform`.
 */
export function parsePlatform(text: string, defaults: Platform): Platform {
  const parts = text.split('/');
  if (parts.length > 3 || !parts.every((part) => /^[A-Za-z0-9_.-]{1,64}$/.test(part))) {
    throw badPlatform(text, `"${text.slice(0, 100)}" is an invalid platform specifier`);
  }
  const [first, architecture, variant] = parts as [string, string?, string?];
  if (architecture !== undefined) {
    return normalizePlatform({ os: first, architecture, ...(variant === undefined ? {} : { variant }) });
  }
  const alone = normalizePlatform({ os: first, architecture: first });
  if (systems.has(alone.os)) return normalizePlatform({ ...defaults, os: alone.os });
  if (architectures.has(alone.architecture)) return { ...alone, os: defaults.os };
  throw badPlatform(text, `"${text}": unknown operating system or architecture`);
}

/** `linux/arm64` or `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === undefined ? '' : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

/** Lower case, no aliases, and no variant where it is the base one (`arm64/v8` is `arm64`, `arm` is `arm/v7`). */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase() === 'macos' ? 'darwin' : platform.os.toLowerCase();
  const { architecture, variant } = normalizeArchitecture(
    platform.architecture.toLowerCase(),
    platform.variant?.toLowerCase(),
  );
  const version = platform['os.version'];
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(version === undefined ? {} : { 'os.version': version }),
  };
}

interface Machine {
  readonly architecture: string;
  readonly variant: string | undefined;
}

function normalizeArchitecture(architecture: string, given: string | undefined): Machine {
  const variant = given === '' ? undefined : given;
  switch (architecture) {
    case 'i386':
    case 'i686':
      return { architecture: '386', variant: undefined };
    case 'x86_64':
    case 'x86-64':
    case 'x64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? undefined : variant };
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: variant === 'v8' || variant === '8' ? undefined : variant };
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' };
    case 'armel':
      return { architecture: 'arm', variant: 'v6' };
    case 'arm':
      return { architecture, variant: /^[5-8]$/.test(variant ?? '') ? `v${variant}` : (variant ?? 'v7') };
    default:
      return { architecture, variant };
  }
}

function badPlatform(text: string, message: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-platform',
    message,
    hint: 'Write it as os/architecture, for example linux/amd64 or linux/arm/v7.',
    details: { platform: text.slice(0, 200) },
  });
}
