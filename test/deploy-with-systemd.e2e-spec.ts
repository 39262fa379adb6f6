import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

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
      write('licensing.env', 'AUTH_SERVER_URL=https://authorization-server.example\n');
      write(
        'cli.mjs',
        'const { DATA_DIR, AUTH_SERVER_URL } = process.env;\n' +
          'console.log(JSON.stringify({ DATA_DIR, AUTH_SERVER_URL, args: process.argv.slice(2) }));\n',
      );
      const env = { ...process.env, PATH: `${home}${delimiter}${process.env['PATH']}` };
      const { stdout } = await run(join(home, 'pos-licensing'), ['peers', 'Store 12'], { env });
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
