/** Turns the mode an entry has into the one it is to have. */
export type ModeChange = (mode: number, isFolder: boolean) => number;

/**
 * `--chmod`: octal (`0755`) or symbolic as chmod(1) knows it (`u=rwX,go=rX`, `+x`). Undefined: neither. Without who,
 * all are meant, whatever the umask.
 */
export function parseModeChange(text: string): ModeChange | undefined {
  if (/^[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    return mode <= 0o7777 ? () => mode : undefined;
  }
  const clauses = text.split(',').map(parseClause);
  if (clauses.some((clause) => clause === undefined)) return undefined;
  return (mode, isFolder) =>
    clauses.reduce((result, clause) => (clause as ModeChange)(result, isFolder), mode & 0o7777);
}

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

function parseClause(text: string): ModeChange | undefined {
  const match = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(text);
  if (match === null) return undefined;
  const given = match[1] === '' || match[1]?.includes('a') === true ? 'ugo' : (match[1] as string);
  const actions = [...(match[2] as string).matchAll(/([-+=])([rwxXstugo]*)/g)];
  return (mode, isFolder) =>
    actions.reduce(
      (result, [, sign, permissions]) =>
        apply(result, given, sign as string, permissions as string, isFolder),
      mode,
    );
}

function apply(mode: number, who: string, sign: string, permissions: string, isFolder: boolean): number {
  let bits = 0;
  let mask = 0;
  for (const one of who) {
    const shift = shifts[one] ?? 0;
    bits |= permissionBits(permissions, mode, isFolder) << shift;
    mask |= 0o7 << shift;
    if (permissions.includes('s') && one !== 'o') bits |= one === 'u' ? 0o4000 : 0o2000;
    if (one !== 'o') mask |= one === 'u' ? 0o4000 : 0o2000;
  }
  if (permissions.includes('t')) bits |= 0o1000;
  if (who === 'ugo') mask |= 0o1000;
  if (sign === '+') return mode | bits;
  if (sign === '-') return mode & ~bits;
  // As chmod(1): the special bits of a folder go only when named.
  return (mode & ~(isFolder ? mask & 0o777 : mask)) | bits;
}

function permissionBits(permissions: string, mode: number, isFolder: boolean): number {
  let bits = 0;
  for (const permission of permissions) {
    if (permission === 'r') bits |= 4;
    else if (permission === 'w') bits |= 2;
    else if (permission === 'x') bits |= 1;
    else if (permission === 'X') bits |= isFolder || (mode & 0o111) !== 0 ? 1 : 0;
    else if (permission in shifts) bits |= (mode >> (shifts[permission] as number)) & 7;
  }
  return bits;
}
