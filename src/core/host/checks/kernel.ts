import { type Finding, ok } from './finding.ts';

/** Reads the release as uname(2) gives it: `6.1.0-37-amd64`. */
export function kernel(release: string): Finding {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const since = (wantedMajor: number, wantedMinor: number) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (since(6, 5)) return ok(release);
  if (since(5, 2)) {
    return {
      status: 'degraded',
      found: release,
      meaning: 'images of more than about 250 layers cannot be mounted',
      mend: 'Linux 6.5 or later mounts up to 500',
    };
  }
  return {
    status: 'missing',
    found: release,
    meaning: 'the mount calls and file system features gantry uses are not in this kernel',
    mend: 'update to Linux 5.10 or later',
  };
}
