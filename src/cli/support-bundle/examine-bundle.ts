import { type Finding, ok, warn } from '../doctor/finding.js';
import type { SupportBundle } from './support-bundle.js';

/** Returns what the doctor found where a bundle was written, with the parts that the bundle lacks. */
export function examineBundle({ createdAt, version, license, findings, missing }: SupportBundle): Finding[] {
  const server = license?.serverId ?? 'a server without a license';
  return [
    ok('bundle', `Written at ${createdAt} by version ${version} on ${server}.`),
    ...findings,
    ...Object.entries(missing).map(([part, reason]) =>
      warn(
        'bundle',
        `It has no ${part}: ${reason}`,
        'If this part is needed, fix the cause and write the bundle again.',
      ),
    ),
  ];
}
