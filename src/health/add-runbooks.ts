type Parts = Readonly<Record<string, { readonly status?: string }>>;
const lists = ['info', 'error', 'details'] as const;

/** Adds to each part of a health report that is not up the address of its section in the runbook. */
export function addRunbooks<Report extends object>(report: Report, runbookUrl: string | null): Report {
  if (runbookUrl === null) return report;
  const linked = { ...report } as Partial<Record<(typeof lists)[number], Parts>>;
  for (const list of lists) {
    const parts = Object.entries(linked[list] ?? {});
    linked[list] = Object.fromEntries(
      parts.map(([name, part]) => [
        name,
        part.status === 'up' ? part : { ...part, runbook: `${runbookUrl}#${name.toLowerCase()}` },
      ]),
    );
  }
  return linked as Report;
}
