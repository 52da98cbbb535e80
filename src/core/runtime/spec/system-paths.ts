/** Hidden from containers: kernel internals that have leaked or let themselves be written (Docker's list). */
export const maskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];

export const readonlyPaths: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** The list with one path more for each CPU: their temperatures tell of neighbours. */
export function maskedPathsFor(cpuIndexes: readonly number[]): readonly string[] {
  return [...maskedPaths, ...cpuIndexes.map((cpu) => `/sys/devices/system/cpu/cpu${cpu}/thermal_throttle`)];
}
