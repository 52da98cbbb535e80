/** One line of passwd(5). */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** One line of group(5). */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Largest ID a container may run as; above, some code reads the number as negative and ends at 0. */
export const maximumId = 2 ** 31 - 1;

/** Reads passwd(5). Lines that do not fit the format, or whose IDs are out of range, are passed over. */
export function parsePasswd(text: string): readonly PasswdEntry[] {
  return fieldsOf(text).flatMap(([name, , uid, gid, , home]) => {
    const ids = [idOf(uid), idOf(gid)] as const;
    if (!name || ids[0] === undefined || ids[1] === undefined) return [];
    return [{ name, uid: ids[0], gid: ids[1], home: home || '/' }];
  });
}

/** Reads group(5), as {@link parsePasswd}. */
export function parseGroup(text: string): readonly GroupEntry[] {
  return fieldsOf(text).flatMap(([name, , id, members]) => {
    const gid = idOf(id);
    if (!name || gid === undefined) return [];
    return [{ name, gid, members: members ? members.split(',').map((member) => member.trim()) : [] }];
  });
}

function fieldsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id > maximumId ? undefined : id;
}
