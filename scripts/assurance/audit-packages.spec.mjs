import { describe, expect, it } from 'vitest';
import { judgeAudit } from './audit-packages.mjs';

/** @param {Record<string, string>} severities of packages */
const reportOf = (severities) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      Object.entries(severities).map(([name, severity]) => [name, { name, severity }]),
    ),
    metadata: { dependencies: { prod: 210, dev: 400 } },
  });

describe('judgeAudit', () => {
  it('is green where nothing high is known', () => {
    expect(judgeAudit(reportOf({ quiet: 'moderate' }))).toEqual({
      verdict: 'green',
      figure: 'npm audit: nothing high in 210 packages',
    });
  });

  it.each(['high', 'critical'])('names each package against which something %s is known', (severity) => {
    expect(judgeAudit(reportOf({ quiet: 'low', leaky: severity, torn: severity }))).toEqual({
      verdict: 'failed',
      figure: `npm audit: leaky (${severity}), torn (${severity})`,
    });
  });

  it('has not run where the registry gives no advice, and tells nobody which one that is', () => {
    const message =
      '405 Method Not Allowed - POST https://packages.example/-/npm/v1/security/advisories/bulk';
    expect(judgeAudit(JSON.stringify({ message, statusCode: 405 }))).toEqual({
      verdict: 'not run',
      figure: 'npm audit: 405 Method Not Allowed',
    });
    expect(judgeAudit('{}').verdict).toBe('not run');
    expect(judgeAudit('').verdict).toBe('not run');
  });
});
