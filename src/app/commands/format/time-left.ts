/** Seconds something still takes, in few characters: `8s`, `2m05s`, `3h10m`; empty where nobody can tell. */
export function timeLeft(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds) || seconds >= 100 * 3600) return '';
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
