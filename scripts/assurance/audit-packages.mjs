import { spawnSync } from 'node:child_process';

/** The row of docs/assurance.yaml for the advisories about packages. */
export const packagesRow = 'S20';

const timeoutMs = 120_000;
const severe = ['high', 'critical'];

/**
 * @typedef {object} Advice
 * @property {'green' | 'failed' | 'not run'} verdict
 * @property {string} figure the vulnerable packages, or the reason for no report
 */

/**
 * Asks the package registry for advisories about the packages that run in a shop.
 * @param {string} rootDir
 * @returns {Advice}
 */
export function auditPackages(rootDir) {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: rootDir,
    encoding: 'utf8',
    timeout: timeoutMs,
    shell: process.platform === 'win32',
  });
  return judgeAudit(stdout ?? '');
}

/**
 * Judges the output of `npm audit --json`: a report, or an error.
 * @param {string} text
 * @returns {Advice}
 */
export function judgeAudit(text) {
  /** @type {{ vulnerabilities?: Record<string, { severity: string }>, metadata?: { dependencies?: { prod: number } }, statusCode?: number, error?: { code?: string } }} */
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return { verdict: 'not run', figure: 'npm audit gave no report' };
  }
  const { vulnerabilities, metadata, statusCode, error } = report;
  if (vulnerabilities === undefined || metadata?.dependencies === undefined) {
    // The message names the registry, which does not belong into a document.
    return {
      verdict: 'not run',
      figure: `npm audit gave no report (${statusCode ?? error?.code ?? 'no reason given'})`,
    };
  }
  const found = Object.entries(vulnerabilities).filter(([, { severity }]) => severe.includes(severity));
  if (found.length > 0) {
    const names = found.map(([name, { severity }]) => `${name} (${severity})`).join(', ');
    return { verdict: 'failed', figure: `npm audit: ${names}` };
  }
  return {
    verdict: 'green',
    figure: `npm audit: no high or critical advisory in ${metadata.dependencies.prod} packages`,
  };
}
