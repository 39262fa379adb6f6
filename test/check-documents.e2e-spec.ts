import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// The first import, because it loads the metadata store that the decorators of the settings use.
import { startApp, type TestApp } from './support/start-app.js';
import type { LicenseStatusEvent } from '../client/src/license-event.js';
import { parseLicenseEvent } from '../client/src/parse-license-event.js';
import { generatePages } from '../scripts/docs/generate-pages.mjs';
import type { Command } from '../src/cli/command.js';
import { commands } from '../src/cli/commands.js';
import { formatOverview } from '../src/cli/format-help.js';
import { Environment, secretNames } from '../src/config/environment.js';
import { loadSettings } from '../src/config/load-settings.js';
import { acceptAcquiredGrant } from '../src/domain/accept-grant.js';
import type { LicenseGrant } from '../src/domain/license.js';
import { initialLicenseState } from '../src/domain/license-state.js';
import { firstRefreshAt, stableOffset } from '../src/domain/refresh-schedule.js';
import { licenseReasons } from '../src/domain/transitions.js';
import { toCloudEvent } from '../src/events/cloud-event.js';
import { asyncApiDocument } from './support/asyncapi-document.js';

const rootDir = join(import.meta.dirname, '..');
const decisions = readdirSync(join(rootDir, 'docs/adr'))
  .filter((name) => /^\d{4}-/.test(name))
  .map((name) => `docs/adr/${name}`);
const pages = readdirSync(join(rootDir, 'docs')).filter((name) => name.endsWith('.md'));
const presets = readdirSync(join(rootDir, 'docs/authorization-servers')).map(
  (name) => `docs/authorization-servers/${name}`,
);
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'client/README.md',
  'mock-auth-server/README.md',
  ...pages.map((name) => `docs/${name}`),
  ...presets,
  'docs/adr/README.md',
  ...decisions,
];

describe('the README', () => {
  it('has 900 to 1,200 words', () => {
    const words = read('README.md')
      .split(/\s+/)
      .filter((word) => /\w/.test(word));
    expect(words.length).toBeGreaterThanOrEqual(900);
    expect(words.length).toBeLessThanOrEqual(1200);
  });

  it('links to every page in docs', () => {
    const missing = pages.filter((name) => !read('README.md').includes(`](docs/${name})`));
    expect(missing).toEqual([]);
  });
});

describe('the reference pages', () => {
  let app: TestApp;
  let generated: Map<string, string>;

  beforeAll(async () => {
    app = await startApp();
    const response = await fetch(`${app.url}/openapi.json`);
    const loaded = Object.entries(commands).map(async ([name, load]) => [name, await load()] as const);
    const all: Record<string, Command> = Object.fromEntries(await Promise.all(loaded));
    const sources = {
      settings: {
        source: read('src/config/environment.ts'),
        defaults: Object.fromEntries(Object.entries(new Environment())),
        checks: getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false),
        secretNames,
      },
      commandLine: { commands: all, overview: formatOverview(all) },
      openApi: (await response.json()) as { components: { schemas: { LicenseView: object } } },
    };
    generated = await generatePages(sources, rootDir);
  });

  afterAll(() => app.stop());

  it.each([
    ...['adr/README', 'assurance', 'cli', 'events', 'http-api', 'performance', 'settings'].map(
      (name) => `docs/${name}.md`,
    ),
    'docs/asyncapi.yaml',
    'client/src/license-view.ts',
    ...readdirSync(join(rootDir, 'client/src/shared')).map((name) => `client/src/shared/${name}`),
  ])('%s equals the output of npm run docs', (path) => {
    expect(read(path)).toBe(generated.get(path));
  });

  it('show the settings of npm start with their actual defaults', async () => {
    const url = new URL('../scripts/start/read-settings.mjs', import.meta.url).href;
    const { readSettings } = (await import(url)) as { readSettings: ReadStackSettings };
    const { licensing, mock, nats, hub, dataDir } = readSettings({ FLEET: 'on' }, '/checkout');
    const folder = ['`DATA_DIR`', `\`${dataDir.replace('/checkout', '.')}\``];
    const shown = tableBelow(read('docs/settings.md'), '## Of `npm start`').map((row) => row.slice(0, 2));
    expect(shown).toEqual([
      ...[licensing, mock, nats].map(rowOf),
      folder,
      ['`FLEET`', '`off`'],
      ...[hub.licensing, hub.nats].map(rowOf),
    ]);
  });
});

describe('the event in docs/events.md', () => {
  const page = read('docs/events.md');
  const text = /```json\n(\{\s+"specversion"[^`]+)```/.exec(page)?.[1] ?? '';

  it('equals the event that the service writes for such a license, member by member', () => {
    const shown = JSON.parse(text) as LicenseStatusEvent;
    const at = new Date(shown.time);
    const policy = { ...loadSettings({}).policy, serviceVersion: shown.data.serviceVersion };
    const { events } = acceptAcquiredGrant(
      initialLicenseState,
      grantOf(shown, policy.refreshIntervalMs),
      policy,
      at,
    );
    expect(events.map((event): unknown => JSON.parse(toCloudEvent(event, shown.id)))).toEqual([shown]);
  });

  it('is the example in docs/asyncapi.yaml', () => {
    const [example] = asyncApiDocument.components.messages['licenseStatus']?.examples ?? [];
    expect(JSON.parse(text)).toEqual(example?.payload);
  });

  it('is accepted by the client library', () => {
    expect(parseLicenseEvent('license.status', new TextEncoder().encode(text))).toMatchObject({
      kind: 'event',
    });
  });

  it('is documented with every possible reason', () => {
    const named = tableBelow(page, '## license.status').map(([reason = '']) => reason.replaceAll('`', ''));
    expect(named).toEqual([...licenseReasons]);
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

  it('names only files of the repository that exist', () => {
    const roots = 'src|test|scripts|docs|deploy|bench|client|mock-auth-server|styles';
    const named = [...document.matchAll(new RegExp(`\`((?:${roots})/[\\w./-]*\\w)\``, 'g'))];
    const missing = named
      .map(([, path = '']) => path)
      .filter((path) => !/dist\b/.test(path) && !existsSync(join(rootDir, path)));
    expect(missing).toEqual([]);
  });
});

describe('the decisions', () => {
  it.each(decisions)('%s has a status, a date, context, decision and consequences', (path) => {
    const text = read(path);
    const status = String.raw`(accepted|(accepted, in part )?replaced by \[\d{4}\]\(\S+\))`;
    expect(text).toMatch(new RegExp(`^# \\d{4} .+\n\nStatus: ${status}\\. Date: \\d{4}-\\d\\d-\\d\\d\\.\n`));
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Context', 'Decision', 'Consequences']);
  });

  it('have a unique number in file name and title', () => {
    const numbers = decisions.map((path) => /\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]);
    expect(new Set(numbers).size).toBe(decisions.length);
    expect(decisions.map((path) => read(path).slice(2, 6))).toEqual(numbers);
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

/** Returns the grant for which the service writes the `acquired` event. */
function grantOf({ data, time }: LicenseStatusEvent, refreshIntervalMs: number): LicenseGrant {
  const { serverId, serverName, organization, features, renewalDate, hub, token } = data;
  if (!serverId || !serverName || !organization) throw new Error('The event names no server.');
  const life = { issuedAt: instant(token.issuedAt), expiresAt: instant(token.expiresAt) };
  // The token was received some milliseconds before the event, and its refresh is scheduled from then.
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
    answeredAt: life.issuedAt,
  };
}

function instant(text: string | null): Date {
  return new Date(text ?? Number.NaN);
}

function read(path: string): string {
  return readFileSync(join(rootDir, path), 'utf8');
}

/** Returns the rows of the first table below a line that begins with `start`, without its head, as Markdown cells. */
function tableBelow(page: string, start: string): string[][] {
  const lines = page.slice(page.indexOf(`\n${start}`) + 1).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(first).findIndex((line) => !line.startsWith('|'));
  return lines.slice(first + 2, first + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
