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
  it('is green without an advisory of severity high or critical', () => {
    expect(judgeAudit(reportOf({ quiet: 'moderate' }))).toEqual({
      verdict: 'green',
      figure: 'npm audit: no high or critical advisory in 210 packages',
    });
  });

  it.each(['high', 'critical'])('names each package with an advisory of severity %s', (severity) => {
    expect(judgeAudit(reportOf({ quiet: 'low', leaky: severity, torn: severity }))).toEqual({
      verdict: 'failed',
      figure: `npm audit: leaky (${severity}), torn (${severity})`,
    });
  });

  it.each([
    ['405', { message: '405 - POST https://packages.example/audit', statusCode: 405, error: {} }],
    ['ENOTFOUND', { error: { code: 'ENOTFOUND', summary: 'getaddrinfo ENOTFOUND packages.example' } }],
    ['no reason given', {}],
  ])('has not run if the registry gives no report, and does not name the registry: %s', (why, report) => {
    const figure = `npm audit gave no report (${why})`;
    expect(judgeAudit(JSON.stringify(report))).toEqual({ verdict: 'not run', figure });
  });

  it('has not run without output', () => {
    expect(judgeAudit('').verdict).toBe('not run');
  });
});
