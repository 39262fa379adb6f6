import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerEnvironment } from './support/broker-environment.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { runCommandProcess } from './support/run-command.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess } from './support/start-process.js';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../deploy/systemd');
/** The highest accepted exposure level. systemd-analyze rates an ordinary unit 9.6, and calls levels from 2 "OK". */
const maxExposure = 1.5;

/** Whether `systemd-analyze` is installed. It works without a running systemd. */
const hasAnalyzer = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);

describe.each(['pos-licensing.service', 'pos-licensing-nats.service'])('%s', (name) => {
  const unit = readFileSync(join(folder, name), 'utf8');

  it('runs as its own user, without privileges, and writes only to its state folder', () => {
    for (const line of [
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
      'ProtectSystem=strict',
      'ProtectHome=yes',
      'PrivateTmp=yes',
      'StateDirectoryMode=0700',
      'LimitCORE=0',
      'Restart=always',
      'StartLimitIntervalSec=0',
    ]) {
      expect(unit.split('\n')).toContain(line);
    }
    expect(unit).toMatch(/^User=pos-licensing/m);
    expect(unit).toMatch(/^MemoryMax=\d+M$/m);
  });

  it('reads its secrets from credential files', () => {
    expect(unit).toMatch(/^LoadCredential=/m);
    expect(unit).not.toMatch(/^Environment=.*(PASSWORD|SEED|TOKEN)=/m);
  });

  it('is accepted by systemd, with a low exposure level', async () => {
    if (!hasAnalyzer) {
      process.stderr.write(`systemd-analyze is not installed: checked only the text of ${name}.\n`);
      expect(unit).toMatch(/^\[Unit\]$[^]+^\[Service\]$[^]+^\[Install\]$/m);
      return;
    }
    const args = ['security', '--offline=true', '--no-pager', join(folder, name)];
    const { stdout } = await run('systemd-analyze', args, { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(maxExposure);
    // A program that is not installed on this machine is not a fault of the unit.
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', join(folder, name)]).catch(
      (error: unknown) => error as { stderr: string },
    );
    const faults = stderr.split('\n').filter((line) => line && !/is not executable|not found/.test(line));
    expect(faults).toEqual([]);
  });
});

describe('the doctor, as the systemd instructions print it', () => {
  let mock: TestMock;
  let nats: TestNats;
  let credentials: string;

  beforeAll(async () => {
    await ensureBuilt();
    [mock, nats, credentials] = await Promise.all([
      startMock(),
      startNats(),
      mkdtemp(join(tmpdir(), 'credentials-')),
    ]);
  }, buildTimeoutMs);

  afterAll(async () => {
    await Promise.all([mock.stop(), nats.stop(), rm(credentials, { recursive: true })]);
  });

  it('reports no fault of a service that systemd has started with the settings and credentials of its unit', async () => {
    const unit = readFileSync(join(folder, 'pos-licensing.service'), 'utf8');
    const settings = Object.fromEntries(
      [...unit.matchAll(/^Environment=(.*)$/gm)]
        .flatMap(([, line = '']) => line.split(' '))
        .map((pair) => pair.replace('%d', credentials).split('=') as [string, string]),
    );
    const broker: Record<string, string> = brokerEnvironment(nats);
    for (const [name, path] of Object.entries(settings).filter(([key]) => key.endsWith('_FILE')))
      await writeFile(path, broker[name.replace('_FILE', '')] ?? '', { mode: 0o400 });
    const { DATA_DIR: _, ...environment } = settings;
    const service = await startProcess({
      mock,
      environment: { ...environment, NATS_URL: nats.url },
    });
    try {
      const printed = /^pos-licensing (\S+)\n```/m;
      const [, command = ''] =
        printed.exec(readFileSync(join(import.meta.dirname, '../docs/deployment.md'), 'utf8')) ?? [];
      const target = {
        ...service,
        environment: { AUTH_SERVER_URL: '', NATS_URL: '' },
      };
      await expect
        .poll(() => runCommandProcess(target, [command]), { timeout: 20_000 })
        .toMatchObject({
          exitCode: 0,
          output: expect.stringMatching(
            /^warn +license .*Not Licensed[^]*^ok +broker [^]*\n0 faults, 1 warning\.\n$/m,
          ),
        });
    } finally {
      await service.remove();
    }
  });
});

describe('pos-licensing in /usr/local/bin', () => {
  it('runs the command line as the user of the service, with its data folder and its settings', async () => {
    const home = mkdtempSync(join(tmpdir(), 'systemd-'));
    const unit = readFileSync(join(folder, 'pos-licensing.service'), 'utf8');
    const of = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(unit)?.[1] ?? '';
    try {
      const stand = {
        [of('EnvironmentFile')]: join(home, 'licensing.env'),
        [join(of('WorkingDirectory'), 'dist/cli.js')]: join(home, 'cli.mjs'),
        '/usr/bin/node': process.execPath,
      };
      let wrapper = readFileSync(join(folder, 'pos-licensing'), 'utf8');
      for (const [path, replacement] of Object.entries(stand)) {
        expect(wrapper).toContain(path);
        wrapper = wrapper.replace(path, replacement);
      }
      write('pos-licensing', wrapper);
      write('runuser', '#!/bin/sh\n[ "$1 $2 $3" = "-u pos-licensing --" ] || exit 9\nshift 3\nexec "$@"\n');
      const authority = join(home, 'absent.pem');
      write(
        'licensing.env',
        `AUTH_SERVER_URL=https://authorization-server.example\nNODE_EXTRA_CA_CERTS="${authority}"\n`,
      );
      write(
        'cli.mjs',
        "import { createSecureContext } from 'node:tls';\ncreateSecureContext();\n" +
          'const { DATA_DIR, AUTH_SERVER_URL } = process.env;\n' +
          'console.log(JSON.stringify({ DATA_DIR, AUTH_SERVER_URL, args: process.argv.slice(2) }));\n',
      );
      const env = { ...process.env, PATH: `${home}${delimiter}${process.env['PATH']}` };
      const { stdout, stderr } = await run(join(home, 'pos-licensing'), ['peers', 'Store 12'], { env });
      // Node reads this setting only from the environment of the process, and warns of a file that is absent.
      expect(stderr).toContain(authority);
      expect(JSON.parse(stdout)).toEqual({
        DATA_DIR: /DATA_DIR=(\S+)/.exec(unit)?.[1],
        AUTH_SERVER_URL: 'https://authorization-server.example',
        args: ['peers', 'Store 12'],
      });
    } finally {
      rmSync(home, { recursive: true });
    }

    function write(name: string, text: string): void {
      writeFileSync(join(home, name), text);
      chmodSync(join(home, name), 0o755);
    }
  });
});
