/**
 * `--build-arg NAME=value`; a name alone takes the caller's value and is left out where there is none. SOURCE_DATE_EPOCH
 * is passed on by itself, as buildx does.
 */
export function parseBuildArguments(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const pairs = words.flatMap((word): (readonly [string, string])[] => {
    const at = word.indexOf('=');
    const value = at < 0 ? env[word] : word.slice(at + 1);
    return value === undefined ? [] : [[at < 0 ? word : word.slice(0, at), value]];
  });
  const epoch = env['SOURCE_DATE_EPOCH'];
  return Object.fromEntries([
    ...(epoch === undefined || epoch === '' ? [] : [['SOURCE_DATE_EPOCH', epoch] as const]),
    ...pairs,
  ]);
}
