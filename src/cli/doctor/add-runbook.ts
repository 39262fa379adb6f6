import type { Finding } from './finding.js';

/** The section of docs/operations.md for a check; "doctor" for the others. */
const sections: Readonly<Record<string, string>> = {
  'authorization-server': 'authorizationserveraway',
  proxy: 'authorizationserveraway',
  clock: 'clocksuspect',
  disk: 'disk',
  database: 'database',
  'encryption-key': 'restore',
  'audit-trail': 'verify-and-export-the-audit-trail',
  license: 'license',
  service: 'licensingservicedown',
  broker: 'brokeraway',
  stream: 'outboxstuck',
  hub: 'hubaway',
};

/** Adds the address in the runbook to the remedy of a finding. */
export function addRunbook(finding: Finding, runbookUrl: string | null): Finding {
  if (runbookUrl === null || finding.remedy === null) return finding;
  return { ...finding, remedy: `${finding.remedy} See ${runbookUrl}#${sections[finding.check] ?? 'doctor'}` };
}

export const runbookSections = [...Object.values(sections), 'doctor'];
