import { readFileSync } from 'node:fs';
import type { AuditVerification } from '../../domain/ports/license-store.js';
import type { EmittedEvent } from '../../outbox/read-events.js';
import { CommandError } from '../command-error.js';
import type { Finding } from '../doctor/finding.js';
import type { AuditReport } from '../format-audit.js';
import type { LicenseReport } from '../format-license.js';
import type { PeersReport } from '../read-all-peers.js';
import { parseOutside } from '../read-answer.js';
import type { HealthReport } from '../read-health.js';

export const bundleFormat = 'pos-licensing-support-bundle/1';

/** The content of a bundle. A part that could not be collected is `null`, and `missing` has the reason. */
export interface SupportBundle {
  readonly format: typeof bundleFormat;
  readonly createdAt: string;
  /** The version of this program, its Node and its system. */
  readonly version: string;
  readonly node: string;
  readonly system: string;
  /** The settings that differ from their defaults, secrets by their names only. */
  readonly settings: readonly string[];
  readonly findings: readonly Finding[];
  readonly health: HealthReport | null;
  readonly license: LicenseReport | null;
  readonly peers: PeersReport | null;
  readonly events: readonly EmittedEvent[] | null;
  readonly audit: {
    readonly verification: AuditVerification;
    readonly entries: readonly AuditReport[];
  } | null;
  readonly metrics: readonly string[] | null;
  readonly log: readonly string[] | null;
  readonly missing: Readonly<Record<string, string>>;
}

/** Reads a bundle from a file. @throws CommandError if it is not one */
export function readBundle(path: string): SupportBundle {
  const bundle = parse(path);
  if (bundle?.format === bundleFormat && Array.isArray(bundle.findings)) return bundle as SupportBundle;
  throw new CommandError('not-a-bundle', `${path} is not a support bundle of this version.`);
}

function parse(path: string): Partial<SupportBundle> | null {
  try {
    return parseOutside(readFileSync(path, 'utf8')) as Partial<SupportBundle> | null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw new CommandError('no-bundle', `Cannot read ${path}: ${(error as Error).message}.`);
  }
}
