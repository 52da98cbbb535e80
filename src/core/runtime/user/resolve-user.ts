import { GantryError } from '../../../base/gantry-error.ts';
import { maximumId, parseGroup, parsePasswd } from './user-database.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, the primary one first: leaving it out let files lose a group's *denial* (CVE-2022-36109). */
  readonly additionalGids: readonly number[];
  readonly home: string;
}

/** The container's own user database, as text; empty where it has none. */
export interface UserDatabase {
  readonly passwd: () => string;
  readonly group: () => string;
}

/**
 * Docker's rules for `user[:group]`. A number is a number: it is never looked up as a name, and it need not exist.
 * Without a group the user's primary one and all that list the user count; with a group, that one alone.
 * `groupAdd` come on top. Without a name to resolve, neither file is read but for the home folder and the groups.
 * @throws GantryError `start` / `no-such-user`, `no-such-group`, `id-range`
 */
export function resolveUser(spec: string, groupAdd: readonly string[], database: UserDatabase): ResolvedUser {
  const at = spec.indexOf(':');
  const userPart = at < 0 ? spec : spec.slice(0, at);
  const groupPart = at < 0 ? '' : spec.slice(at + 1);

  const wantedUid = userPart === '' ? 0 : numeric(userPart);
  const entry = parsePasswd(database.passwd()).find((line) =>
    wantedUid === undefined ? line.name === userPart : line.uid === wantedUid,
  );
  if (entry === undefined && wantedUid === undefined) {
    throw failure('no-such-user', `unable to find user ${userPart}: no matching entries in passwd file`);
  }

  const needsGroups = groupPart === '' ? entry !== undefined : numeric(groupPart) === undefined;
  const groups =
    needsGroups || groupAdd.some((group) => numeric(group) === undefined) ? parseGroup(database.group()) : [];
  const groupId = (name: string): number => {
    const gid = numeric(name) ?? groups.find((line) => line.name === name)?.gid;
    if (gid !== undefined) return gid;
    throw failure('no-such-group', `unable to find group ${name}: no matching entries in group file`);
  };

  const gid = groupPart === '' ? (entry?.gid ?? 0) : groupId(groupPart);
  const listed =
    groupPart === '' && entry !== undefined
      ? groups.filter((line) => line.members.includes(entry.name)).map((line) => line.gid)
      : [];
  return {
    uid: entry?.uid ?? wantedUid ?? 0,
    gid,
    additionalGids: [...new Set([gid, ...listed, ...groupAdd.map(groupId)])],
    home: entry?.home ?? '/',
  };
}

function numeric(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id <= maximumId) return id;
  throw failure('id-range', `uids and gids must be in range 0-${maximumId}`);
}

function failure(code: string, message: string): GantryError {
  return new GantryError({ kind: 'start', code, message, details: { exitCode: 125, stateExitCode: 128 } });
}
