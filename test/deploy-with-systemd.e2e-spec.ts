import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
