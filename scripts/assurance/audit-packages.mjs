import { spawnSync } from 'node:child_process';

/** The row of docs/assurance.yaml for the advisories about packages. */
export const packagesRow = 'S20';

const longestMs = 120_000;
const alarming = ['high', 'critical'];

/**
 * @typedef {object} Advice
 * @property {'green' | 'failed' | 'not run'} verdict
 * @property {string} figure what was found, or why nothing could be
 */

/**
 * Asks the package registry what is known against the packages that run in a shop.
 * @param {string} rootDir
 * @returns {Advice}
 */
export function auditPackages(rootDir) {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: rootDir,
    encoding: 'utf8',
    timeout: longestMs,
    shell: process.platform === 'win32',
  });
  return judgeAudit(stdout ?? '');
}

/**
 * Judges what `npm audit --json` wrote: its report, or why there is none.
 * @param {string} text
 * @returns {Advice}
 */
export function judgeAudit(text) {
  /** @type {{ vulnerabilities?: Record<string, { severity: string }>, metadata?: { dependencies?: { prod: number } }, statusCode?: number, error?: { code?: string } }} */
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return { verdict: 'not run', figure: 'npm audit brought no report' };
  }
  const { vulnerabilities, metadata, statusCode, error } = report;
  if (vulnerabilities === undefined || metadata?.dependencies === undefined) {
    // Its message names the registry, which is the matter of its user.
    return {
      verdict: 'not run',
      figure: `npm audit brought no report (${statusCode ?? error?.code ?? 'no reason given'})`,
    };
  }
  const found = Object.entries(vulnerabilities).filter(([, { severity }]) => alarming.includes(severity));
  if (found.length > 0) {
    const names = found.map(([name, { severity }]) => `${name} (${severity})`).join(', ');
    return { verdict: 'failed', figure: `npm audit: ${names}` };
  }
  return { verdict: 'green', figure: `npm audit: nothing high in ${metadata.dependencies.prod} packages` };
}
