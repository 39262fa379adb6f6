const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a duration such as `7d`, `10m` or `1500ms` into milliseconds; `null` if it is not a duration. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const factor = unitMs[match?.[2] ?? ''];
  return match?.[1] !== undefined && factor !== undefined ? Number(match[1]) * factor : null;
}
