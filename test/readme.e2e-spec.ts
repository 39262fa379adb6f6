import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// First, as it brings the metadata that the decorators of the settings write to.
import { startApp, type TestApp } from './support/start-app.js';
import type { LicenseStatusEvent } from '../client/src/license-event.js';
import { parseLicenseEvent } from '../client/src/parse-license-event.js';
import { Environment, secretNames } from '../src/config/environment.js';
import { loadSettings } from '../src/config/load-settings.js';
import { acceptAcquiredGrant } from '../src/domain/accept-grant.js';
import type { LicenseGrant } from '../src/domain/license.js';
import { initialLicenseState } from '../src/domain/license-state.js';
import { firstRefreshAt, stableOffset } from '../src/domain/refresh-schedule.js';
import { licenseReasons } from '../src/domain/transitions.js';
import { toCloudEvent } from '../src/events/cloud-event.js';

const rootDir = join(import.meta.dirname, '..');
const adrs = readdirSync(join(rootDir, 'docs/adr')).map((name) => `docs/adr/${name}`);
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/deployment.md',
  'docs/operations.md',
  'docs/scaling.md',
  'docs/settings.md',
  ...adrs,
];
const readme = read('README.md');

describe('the settings in the README', () => {
  const rows = tableBelow('### Of the licensing service');

  it('are those of the service, all of them', () => {
    const storage = getMetadataStorage();
    const known = storage
      .getTargetValidationMetadatas(Environment, '', false, false)
      .map(({ propertyName }) => propertyName);
    expect(rows.map(([name]) => unquote(name)).toSorted()).toEqual([...new Set(known)].toSorted());
  });

  it('have the defaults of the service', () => {
    const defaults = new Map<string, string | number | undefined>(Object.entries(new Environment()));
    for (const [name, shown = ''] of rows) {
      const value = defaults.get(unquote(name));
      // What has no fixed default is described in words.
      if (value === undefined) expect(shown, name).not.toMatch(/^(`[^`]*`)?$/);
      else expect(shown, name).toBe(`\`${value}\``);
    }
  });

  it('can be kept in a file where the service reads one', () => {
    const named = new Set([...readme.matchAll(/`([A-Z_]+)_FILE`/g)].map(([, name = '']) => name));
    expect([...named].toSorted()).toEqual([...secretNames].toSorted());
  });

  it('of npm start have the defaults of npm start', async () => {
    const url = new URL('../scripts/start/read-settings.mjs', import.meta.url).href;
    const { readSettings } = (await import(url)) as { readSettings: ReadStackSettings };
    const { licensing, mock, nats, hub, dataDir } = readSettings({ FLEET: 'on' }, '/checkout');
    const folder = ['`DATA_DIR`', `\`${dataDir.replace('/checkout', '.')}\``];
    const shown = tableBelow('### Of `npm start`').map((row) => row.slice(0, 2));
    expect(shown).toEqual([
      ...[licensing, mock, nats].map(rowOf),
      folder,
      ['`FLEET`', '`off`'],
      ...[hub.licensing, hub.nats].map(rowOf),
    ]);
  });
});

describe('the event in the README', () => {
  const text = /```json\n(\{\s+"specversion"[^`]+)```/.exec(readme)?.[1] ?? '';

  it('is, to the last member, what the service writes for such a license', () => {
    const shown = JSON.parse(text) as LicenseStatusEvent;
    const at = new Date(shown.time);
    const { policy } = loadSettings({});
    const { events } = acceptAcquiredGrant(
      initialLicenseState,
      grantOf(shown, policy.refreshIntervalMs),
      policy,
      at,
    );
    expect(events.map((event): unknown => JSON.parse(toCloudEvent(event, shown.id)))).toEqual([shown]);
  });

  it('is one that the client library takes', () => {
    expect(parseLicenseEvent('license.status', new TextEncoder().encode(text))).toMatchObject({
      kind: 'event',
    });
  });

  it('comes with every reason that an event can have', () => {
    const [, list = ''] = /`reason` is one of ([^]+?)\n- /.exec(readme) ?? [];
    const named = [...list.matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason);
    expect(named).toEqual([...licenseReasons]);
  });
});

describe('the routes in the README', () => {
  let app: TestApp;
  let served: Map<string, Answers>;

  beforeAll(async () => {
    app = await startApp();
    const response = await fetch(`${app.url}/openapi.json`);
    served = answersOf((await response.json()) as OpenApiDocument);
  });

  afterAll(() => app.stop());

  it('are those of the service, each with every status and code that it answers', () => {
    const shown = [
      ...tableBelow('## HTTP'),
      ...tableBelow('Peers send their license token'),
      ...tableBelow('Health is for anyone'),
    ].map(([route = '', , answers = '']) => [unquote(route), readAnswers(answers)] as const);
    expect(new Map(shown)).toEqual(served);
  });
});

describe.each(documents)('%s', (name) => {
  const document = read(name);

  it('links only to files that exist', () => {
    const targets = [...document.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const missing = targets.filter(
      (target) => !/^(https?|mailto):/.test(target) && !existsSync(join(rootDir, dirname(name), target)),
    );
    expect(missing).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...document.matchAll(/\bnpm (?:run ([a-z:]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    );
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe('the decisions', () => {
  it('are all in the list of the README', () => {
    expect(adrs.filter((path) => !readme.includes(`](${path})`))).toEqual([]);
  });

  it('are numbered without a gap, and say context, decision and consequences', () => {
    adrs.toSorted().forEach((path, index) => {
      expect(path).toMatch(new RegExp(`/${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      const headings = [...read(path).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings, path).toEqual(['Context', 'Decision', 'Consequences']);
    });
  });
});

interface Listener {
  readonly setting: string;
  readonly port: number;
}

function rowOf({ setting, port }: Listener): string[] {
  return [`\`${setting}\``, `\`${port}\``];
}

type ReadStackSettings = (
  env: object,
  rootDir: string,
) => Record<'licensing' | 'mock' | 'nats', Listener> & {
  readonly hub: Record<'licensing' | 'nats', Listener>;
  readonly dataDir: string;
};

interface OpenApiDocument {
  readonly paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
}

/** The statuses of a route, and the problem codes among its errors. */
interface Answers {
  readonly statuses: readonly string[];
  readonly codes: readonly string[];
}

/** What each route says of itself; 401 is said once for all, and health has no problem codes. */
function answersOf({ paths }: OpenApiDocument): Map<string, Answers> {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { responses }]) => {
      const told = Object.entries(responses).filter(([status]) => status !== '401');
      const errors = told.filter(([status]) => !/^.(health|metrics)/.test(path) && status >= '400');
      const codes = errors.flatMap(([, { description }]) => description.replace(/:.*/, '').split(', '));
      return [
        `${method.toUpperCase()} ${path}`,
        sortAnswers(
          told.map(([status]) => status),
          codes,
        ),
      ] as const;
    }),
  );
  return new Map(routes);
}

function readAnswers(cell: string): Answers {
  const statuses = [...cell.matchAll(/\b[1-5]\d\d\b/g)].map(([status]) => status);
  const codes = [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code);
  return sortAnswers(statuses, codes);
}

function sortAnswers(statuses: readonly string[], codes: readonly string[]): Answers {
  return { statuses: [...new Set(statuses)].toSorted(), codes: [...new Set(codes)].toSorted() };
}

/** The grant that the server of an `acquired` event was given. */
function grantOf({ data, time }: LicenseStatusEvent, refreshIntervalMs: number): LicenseGrant {
  const { serverId, serverName, organization, features, renewalDate, hub, token } = data;
  if (!serverId || !serverName || !organization) throw new Error('The event names no server.');
  const life = { issuedAt: instant(token.issuedAt), expiresAt: instant(token.expiresAt) };
  // The token came some milliseconds before the event; its refresh is counted from there.
  const refreshAt = firstRefreshAt(
    { ...life, receivedAt: instant(time) },
    refreshIntervalMs,
    stableOffset(serverId),
  );
  const earlierMs = refreshAt.getTime() - instant(token.nextRefreshAt).getTime();
  expect(earlierMs).toBeGreaterThanOrEqual(0);
  expect(earlierMs).toBeLessThan(1000);
  return {
    identity: { serverId, serverName, organization },
    license: {
      terms: { features, renewalDate: instant(renewalDate), hub },
      token: { ...life, receivedAt: new Date(instant(time).getTime() - earlierMs) },
    },
  };
}

function instant(text: string | null): Date {
  return new Date(text ?? Number.NaN);
}

function read(path: string): string {
  return readFileSync(join(rootDir, path), 'utf8');
}

/** The rows of the first table below a line that begins with `start`, without its head; a cell is its Markdown. */
function tableBelow(start: string): string[][] {
  const lines = readme.slice(readme.indexOf(`\n${start}`) + 1).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(first).findIndex((line) => !line.startsWith('|'));
  return lines.slice(first + 2, first + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function unquote(cell = ''): string {
  return cell.replaceAll('`', '');
}
