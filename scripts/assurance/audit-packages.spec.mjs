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

  it.each([
    ['405', { message: '405 - POST https://packages.example/audit', statusCode: 405, error: {} }],
    ['ENOTFOUND', { error: { code: 'ENOTFOUND', summary: 'getaddrinfo ENOTFOUND packages.example' } }],
    ['no reason given', {}],
  ])(
    'has not run where the registry gives no advice, and tells nobody which one that is: %s',
    (why, report) => {
      const figure = `npm audit brought no report (${why})`;
      expect(judgeAudit(JSON.stringify(report))).toEqual({ verdict: 'not run', figure });
    },
  );

  it('has not run where nothing was written', () => {
    expect(judgeAudit('').verdict).toBe('not run');
  });
});
