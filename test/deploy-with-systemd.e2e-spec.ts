import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../deploy/systemd');
/** What systemd-analyze calls "OK" begins at 2; an ordinary unit has 9.6. */
const maxExposure = 1.5;

/** Whether systemd's own checker is here, which needs no systemd that runs. */
const hasAnalyzer = await run('systemd-analyze', ['--version']).then(
  () => true,
  () => false,
);

describe.each(['pos-licensing.service', 'pos-licensing-nats.service'])('%s', (name) => {
  const unit = readFileSync(join(folder, name), 'utf8');

  it('runs as a user of its own, without rights, and writes into its state folder alone', () => {
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

  it('has its secrets handed to it in files', () => {
    expect(unit).toMatch(/^LoadCredential=/m);
    expect(unit).not.toMatch(/^Environment=.*(PASSWORD|SEED|TOKEN)=/m);
  });

  it('is a unit that systemd takes, and finds little exposed', async () => {
    if (!hasAnalyzer) {
      process.stderr.write(`systemd-analyze is not here: ${name} was only read.\n`);
      expect(unit).toMatch(/^\[Unit\]$[^]+^\[Service\]$[^]+^\[Install\]$/m);
      return;
    }
    const args = ['security', '--offline=true', '--no-pager', join(folder, name)];
    const { stdout } = await run('systemd-analyze', args, { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(maxExposure);
    // Of what it complains, the programs that are not installed on this machine are no fault of the unit.
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', join(folder, name)]).catch(
      (error: unknown) => error as { stderr: string },
    );
    const faults = stderr.split('\n').filter((line) => line && !/is not executable|not found/.test(line));
    expect(faults).toEqual([]);
  });
});
