import { GantryError } from '../../../base/gantry-error.ts';

/** `--security-opt`, read. */
export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** `default`, `unconfined`, the text of a profile, or the absolute path of one. */
  readonly seccomp: string;
  /** Undefined: what the host does by itself. */
  readonly appArmor: string | undefined;
  /** Nothing masked, nothing read-only below /proc and /sys. */
  readonly systemPathsUnconfined: boolean;
}

/**
 * Docker's forms: `key=value`, the old `key:value`, and a bare `no-new-privileges`. `label=…` is taken and does
 * nothing: gantry sets no SELinux labels.
 * @throws GantryError `invalid` / `security-option`
 */
export function parseSecurityOptions(options: readonly string[] = []): SecurityOptions {
  let noNewPrivileges = false;
  let seccomp = 'default';
  let appArmor: string | undefined;
  let systemPathsUnconfined = false;
  for (const option of options) {
    const at = option.search(/[=:]/);
    const key = at < 0 ? option : option.slice(0, at);
    const value = at < 0 ? undefined : option.slice(at + 1);
    if (key === 'no-new-privileges') noNewPrivileges = truth(option, value ?? 'true');
    else if (value === undefined || value === '') throw bad(option);
    else if (key === 'seccomp') seccomp = value === 'builtin' ? 'default' : value;
    else if (key === 'apparmor') appArmor = value;
    else if (key === 'systempaths' && value === 'unconfined') systemPathsUnconfined = true;
    else if (key !== 'label') throw bad(option);
  }
  return { noNewPrivileges, seccomp, appArmor, systemPathsUnconfined };
}

function truth(option: string, value: string): boolean {
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  throw bad(option);
}

function bad(option: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'security-option',
    message: `invalid --security-opt: ${JSON.stringify(option)}`,
    hint: 'Known: no-new-privileges, seccomp=unconfined|FILE, apparmor=PROFILE, systempaths=unconfined.',
  });
}
