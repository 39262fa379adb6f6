import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { amtool, promtool } from '../scripts/prepare/test-tools.mjs';
import { runbookSections } from '../src/cli/doctor/add-runbook.js';
import { type Metrics, readMetrics } from './support/read-metrics.js';
import { startApp, type TestApp } from './support/start-app.js';

const rootDir = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(rootDir, path), 'utf8');
const alertsYml = read('deploy/prometheus/alerts.yml');
const testsYml = read('deploy/prometheus/alerts.test.yml');
const compose = read('docker-compose.yml');
const datasource = read('deploy/grafana/provisioning/datasources/prometheus.yml');
const operations = read('docs/operations.md');
const headings = [...operations.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);

const alerts = alertsYml
  .split('- alert: ')
  .slice(1)
  .map((text) => ({
    name: /^\w+/.exec(text)?.[0] ?? '',
    expression: /expr: (.+)/.exec(text)?.[1] ?? '',
    runbook: /runbook_url: '(.+)'/.exec(text)?.[1] ?? '',
  }));

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly datasource: { readonly uid: string };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
const dashboard = JSON.parse(read('deploy/grafana/dashboards/pos-licensing.json')) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

function runTool(tool: typeof promtool, args: readonly string[], input = '') {
  const path = tool.find();
  if (path === null) {
    throw new Error(
      'promtool or amtool was not found: run node scripts/prepare.mjs test, which downloads it or explains how to install it.',
    );
  }
  const { status, stdout, stderr } = spawnSync(path, args, {
    input,
    encoding: 'utf8',
    cwd: rootDir,
    timeout: 100_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

/** Returns the metrics in a query: those of the service and its process, and `up`, which Prometheus itself writes. */
function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\b(?:pos_licensing|process|nodejs)_\w+|\bup\b/g)].map(([name]) => name);
}

describe('the alerts', () => {
  it('are accepted by Prometheus, with the configuration that loads them', () => {
    expect(runTool(promtool, ['check', 'config', 'deploy/prometheus/prometheus.yml'])).toMatchObject({
      status: 0,
    });
  });

  it('fire when they should, and not before', () => {
    const { status, output } = runTool(promtool, ['test', 'rules', 'deploy/prometheus/alerts.test.yml']);
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('are each tested both firing and not firing', () => {
    expect(alerts.length).toBeGreaterThan(10);
    const untested = alerts.filter(
      ({ name }) =>
        !new RegExp(`alertname: ${name}\\n +exp_alerts: \\[\\]`).test(testsYml) ||
        !new RegExp(`alertname: ${name}\\n +exp_alerts:\\n`).test(testsYml),
    );
    expect(untested.map(({ name }) => name)).toEqual([]);
  });

  it('each link to a heading of the runbook', () => {
    for (const { name, runbook } of alerts) {
      const base = '{{ or $externalLabels.runbook "docs/operations.md" }}';
      expect(runbook).toBe(`${base}#${name.toLowerCase()}`);
      expect(headings).toContain(name);
    }
  });
});

describe('the sample of an Alertmanager configuration', () => {
  const path = 'deploy/prometheus/alertmanager.yml';
  const sample = parse(read(path)) as { inhibit_rules: Record<`${string}_matchers`, string[]>[] };

  it('is accepted by Alertmanager', () => {
    expect(runTool(amtool, ['check-config', path])).toMatchObject({ status: 0 });
  });

  it.each([
    ['severity=critical alertname=LicenseExpired', 'on-call'],
    ['severity=warning alertname=TokenExpiring', 'mail'],
    ['severity=warning alertname=NoPeerConnected', 'mail'],
  ])('sends %s to the receiver "%s"', (labels, receiver) => {
    const args = ['config', 'routes', 'test', `--config.file=${path}`, ...labels.split(' ')];
    const { status, output } = runTool(amtool, args);
    expect({ status, first: output.split('\n')[0] }).toEqual({ status: 0, first: receiver });
  });

  it('names only alerts that exist', () => {
    const matchers = sample.inhibit_rules.flatMap((rule) =>
      [rule.source_matchers, rule.target_matchers].flat(),
    );
    const named = matchers.flatMap((matcher) => /"(.+)"/.exec(matcher ?? '')?.[1]?.split('|') ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !alerts.some((alert) => alert.name === name))).toEqual([]);
  });
});

describe('the doctor', () => {
  it('links each check to a heading of the runbook', () => {
    const anchors = [...operations.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    expect(runbookSections.filter((section) => !anchors.includes(section))).toEqual([]);
  });
});

describe('the table at the beginning of the runbook', () => {
  it('has a symptom and a command for each alert, in the order of the alerts', () => {
    const table = operations.slice(0, operations.indexOf('\n## '));
    const row = /^\| (\S[^|]+?) +\| \[(\w+)\]\(#(\w+)\) +\| (`[^|]+`.*?) +\|$/gm;
    const rows = [...table.matchAll(row)].map(([, , name = '', anchor]) => [name, anchor]);
    expect(rows).toEqual(alerts.map(({ name }) => [name, name.toLowerCase()]));
  });
});

describe('the dashboard', () => {
  it('has only queries that Prometheus accepts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'queries-'));
    const rules = queries.map(({ expr }, index) => ({
      record: `query:${index}`,
      expr: expr.replaceAll('$instance', '.*'),
    }));
    writeFileSync(join(folder, 'rules.json'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { status, output } = runTool(promtool, ['check', 'rules', join(folder, 'rules.json')]);
    rmSync(folder, { recursive: true });
    expect({ status, output }).toMatchObject({
      status: 0,
      output: expect.stringContaining(`${queries.length} rules found`),
    });
  });

  it('uses the data source of Grafana, which is the Prometheus of the compose file', () => {
    const uid = /uid: (\S+)/.exec(datasource)?.[1];
    expect(new Set(dashboard.panels.map((panel) => panel.datasource.uid))).toEqual(new Set([uid]));
    const host = /url: http:\/\/([a-z]+):9090/.exec(datasource)?.[1];
    const { services } = parse(compose, { merge: true }) as {
      services: Record<string, { profiles?: string[] }>;
    };
    expect(services[host ?? '']?.profiles).toEqual(['observability']);
  });
});

describe('a running service', () => {
  let app: TestApp;
  let metrics: Metrics;

  beforeAll(async () => {
    app = await startApp();
    // Histograms and counters by peer have samples only once something has happened.
    await supertest(app.url).get('/api/peers/me');
    metrics = await readMetrics(app.url);
  });

  afterAll(() => app.stop());

  it.each([
    ...alerts.map(({ name, expression }) => [name, expression]),
    ...queries.map(({ title, expr }) => [title, expr]),
  ])('exports every metric of "%s"', (_name, expression = '') => {
    const named = metricsIn(expression);
    expect(named).not.toEqual([]);
    expect(named.filter((name) => name !== 'up' && !metrics.names.includes(name))).toEqual([]);
  });

  it('exports every state that an alert matches', () => {
    const states = alerts.flatMap(({ expression }) => [...expression.matchAll(/pos_licensing_\w+\{.+?\}/g)]);
    expect(states.length).toBeGreaterThan(3);
    for (const [state] of states) expect(metrics.text).toContain(`\n${state} `);
  });

  it('exports only metric names that promtool accepts', () => {
    const ours = metrics.text.split('\n\n').filter((part) => part.startsWith('# HELP pos_licensing_'));
    expect(ours.length).toBeGreaterThan(15);
    expect(runTool(promtool, ['check', 'metrics'], `${ours.join('\n').trim()}\n`)).toEqual({
      status: 0,
      output: '',
    });
  });

  it('has a runbook heading for each part of /health', async () => {
    const { body } = await supertest(app.url).get('/health');
    const parts = Object.keys((body as { details: object }).details);
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.filter((part) => !headings.includes(part))).toEqual([]);
  });

  it('has no runbook heading except those of alerts and parts of /health', async () => {
    const { body } = await supertest(app.url).get('/health');
    const known = [...alerts.map(({ name }) => name), ...Object.keys((body as { details: object }).details)];
    expect(headings).toEqual(known);
  });
});
