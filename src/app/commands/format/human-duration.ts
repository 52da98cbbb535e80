const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How long, roughly, in the words Docker's users read: `About a minute`, `3 hours`, `5 weeks`. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.trunc(durationMs / minuteMs);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(durationMs / hourMs + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.trunc(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.trunc(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24 / 30)} months`;
  return `${Math.trunc(durationMs / hourMs / 24 / 365)} years`;
}

/** `3 minutes ago`, from an RFC 3339 time; empty where there is none. */
export function humanAge(time: string | undefined, nowMs: number): string {
  if (time === undefined || time === '') return '';
  const at = Date.parse(time);
  if (Number.isNaN(at)) return '';
  return at <= 0 ? 'N/A' : `${humanDuration(Math.max(0, nowMs - at))} ago`;
}
