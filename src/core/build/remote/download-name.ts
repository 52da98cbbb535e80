/** BuildKit's name for a file whose URL ends in none. */
const unnamed = '__unnamed__';

/** The name a download has in a folder: the last part of the URL's path, decoded. Query and fragment do not count. */
export function downloadName(source: string): string {
  const path = URL.parse(source)?.pathname ?? '';
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return unnamed;
  }
  const name = decoded.split('/').findLast((part) => part !== '') ?? '';
  const isUsable = name !== '.' && name !== '..' && Buffer.byteLength(name) <= 255 && !/\p{Cc}/u.test(name);
  return isUsable && name !== '' ? name : unnamed;
}
