const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The format of durations in settings: an integer and a unit, such as `90s`, `15m`, `24h`, `7d`. */
export const durationPattern = /^(\d{1,6})([smhd])$/;

/** Converts a duration that matches {@link durationPattern} to milliseconds. */
export function parseDurationMs(text: string): number {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  if (amount === undefined || unit === undefined) throw new Error(`"${text}" is not a duration such as 24h.`);
  return Number(amount) * unitMs[unit as keyof typeof unitMs];
}
