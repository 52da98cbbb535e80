const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long until `shortAge` says something else of one of these times. A second at least, a minute at most. */
export function nextAgeChangeMs(times: Iterable<string | undefined>, nowMs: number): number {
  let least = minuteMs;
  for (const time of times) {
    const age = nowMs - (time === undefined ? Number.NaN : Date.parse(time));
    // Without a time there is nothing to say, and what is older than a day changes with whatever comes first.
    if (Number.isNaN(age) || age >= 24 * hourMs) continue;
    least = Math.min(least, leftMs(age));
  }
  return Math.max(secondMs, least);
}

function leftMs(age: number): number {
  if (age < 10 * secondMs) return 10 * secondMs - age;
  const step = age < minuteMs ? secondMs : age < hourMs ? minuteMs : hourMs;
  return step - (age % step);
}
