/**
 * Go's `path.Match`, which Docker's `reference` filter uses: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]`, a
 * backslash takes the next character as it is. Undefined: the pattern itself is wrong.
 */
export function pathMatch(pattern: string, name: string): boolean | undefined {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern[at] as string;
    if (letter === '*') {
      // Several stars are one; as many repetitions they would make the expression slow.
      while (pattern[at + 1] === '*') at += 1;
      source += '[^/]*';
    } else if (letter === '?') {
      source += '[^/]';
    } else if (letter === '[') {
      const group = /^\[(\^?)((?:\\.|[^\]\\])+)\]/s.exec(pattern.slice(at));
      if (group === null) return undefined;
      source += `[${group[1]}${(group[2] as string).replace(/\\(.)|([[\]^])/g, (_, plain, sign) => `\\${plain ?? sign}`)}]`;
      at += group[0].length - 1;
    } else if (letter === '\\') {
      at += 1;
      if (at === pattern.length) return undefined;
      source += RegExp.escape(pattern[at] as string);
    } else {
      source += RegExp.escape(letter);
    }
  }
  try {
    return new RegExp(`^${source}$`, 's').test(name);
  } catch {
    return undefined;
  }
}
