/** `2026-03-01 14:05:09 +0100 CET`, in the zone of this process: how Docker prints a creation time in full. */
export function localTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  return `${stamp(date)} ${offset(date, '')} ${zoneName(date)}`;
}

/** `2026-03-01T14:05:09+01:00`, as `--no-trunc`-less history and image lists have it. */
export function localIsoTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  return `${stamp(date).replace(' ', 'T')}${date.getTimezoneOffset() === 0 ? 'Z' : offset(date, ':')}`;
}

function stamp(date: Date): string {
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function offset(date: Date, separator: string): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}${separator}${two(size % 60)}`;
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
