import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { arch, release, type } from 'node:os';
import { loadSettings } from '../../config/load-settings.js';
import { serviceVersion } from '../../config/service-version.js';
import type { Settings } from '../../config/settings.js';
import { readNewestEntries, withAuditSource } from '../audit-source.js';
import type { CommandInput } from '../command.js';
import type { AuditReport } from '../format-audit.js';
import { connectService } from '../connect-service.js';
import { examine } from '../doctor/examine.js';
import { parseOutside, readText, toLine } from '../read-answer.js';
import { readNewestEvents } from '../read-newest-events.js';
import { readAllPeers } from '../read-all-peers.js';
import { readHealth } from '../read-health.js';
import type { ServiceClient } from '../service-client.js';
import { readLicense } from '../status-command.js';
import { redact } from './redact.js';
import { secretsOf } from './secrets-of.js';
import { bundleFormat, type SupportBundle } from './support-bundle.js';

const rowCount = 50;
const maxLogBytes = 256 * 1024;

/** Collects what a person needs to find a fault of this server, without secrets. A part that fails does not end it. */
export async function collectBundle(input: CommandInput): Promise<SupportBundle> {
  const missing: Record<string, string> = {};
  const attempt = async <T>(part: string, work: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      missing[part] = error instanceof Error ? error.message : String(error);
      return null;
    }
  };
  const settings = await attempt('settings', () => loadSettings(input.variables));
  const service = settings && connectService(input, settings);
  const secrets = settings === null ? [] : secretsOf(settings, input.textOf('token-file'));
  const ask = <T>(part: string, work: (service: ServiceClient, settings: Settings) => T | Promise<T>) =>
    settings && service && attempt(part, () => work(service, settings));
  const bundle: SupportBundle = {
    format: bundleFormat,
    createdAt: new Date().toISOString(),
    version: serviceVersion,
    node: process.versions.node,
    system: `${type()} ${release()} ${arch()}`,
    settings: settings?.changed ?? [],
    findings: (await attempt('findings', () => examine(input))) ?? [],
    health: await ask('health', readHealth),
    license: await ask('license', (_, known) => readLicense(input, known)),
    peers: await ask('peers', (running) => readAllPeers(running, new URLSearchParams({ limit: '200' }))),
    events: await ask('events', (_, known) => readNewestEvents(input, known, rowCount)),
    audit: await ask('audit', (_, known) =>
      withAuditSource(input, known, async (source) => ({
        verification: await source.verify(null),
        entries: parseOutside(JSON.stringify(await readNewestEntries(source, rowCount))) as AuditReport[],
      })),
    ),
    metrics: await ask('metrics', readMetrics),
    log: await attempt('log', () => toLines(redact(readEndOfLog(input.textOf('log')), secrets))),
    missing,
  };
  return redact(bundle, secrets);
}

async function readMetrics(service: ServiceClient): Promise<string[]> {
  const answer = await service.send('GET', '/metrics');
  if (answer.kind === 'refused') throw new Error(answer.detail);
  return toLines(await readText(answer.response))
    .map(toLine)
    .filter((line) => !line.startsWith('#'));
}

/** The service writes its log only to its standard output, so a person names the file or pipes it. */
function readEndOfLog(path: string | null): string {
  if (path === null) throw new Error('Name the log with --log.');
  // By its descriptor, because the pipe of another user cannot be opened by its path: root runs the wrapper for systemd.
  const file = path === '/dev/stdin' ? 0 : openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = size > maxLogBytes ? readFrom(file, size - maxLogBytes) : readFileSync(file);
    const end = bytes.subarray(Math.max(0, bytes.length - maxLogBytes)).toString('utf8');
    // The first line may begin within a secret.
    return Math.max(size, bytes.length) > maxLogBytes ? end.slice(end.indexOf('\n') + 1) : end;
  } finally {
    if (file !== 0) closeSync(file);
  }
}

/** Reads the end of a file, which may be larger than the memory. */
function readFrom(file: number, position: number): Buffer {
  const end = Buffer.alloc(maxLogBytes);
  return end.subarray(0, readSync(file, end, 0, maxLogBytes, position));
}

function toLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
