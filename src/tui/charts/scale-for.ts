/** Ends of scales people read easily. */
const steps = [1, 2, 4, 6, 8, 10];

/** The upper end of a scale from 0 for some values: it changes rarely, so that a chart does not jump. */
export function scaleFor(values: readonly number[]): number {
  const most = values.reduce((largest, value) => Math.max(largest, value), 0) * 1.05;
  if (most <= 1) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(most));
  return (steps.find((step) => step * magnitude >= most) ?? 10) * magnitude;
}
