import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from '../../test/support/ensure-built.js';

const built = pathToFileURL(join(import.meta.dirname, '../dist/device/dpop-key.js')).href;
const keys = 5_000;
const timeoutMs = 60_000;

beforeAll(ensureBuilt, buildTimeoutMs);

it(
  'generates keys during garbage collections (Node 20 can wait forever)',
  () => {
    const code = `
    import { DpopKey } from '${built}';
    const thumbprints = new Set();
    while (thumbprints.size < ${keys}) thumbprints.add(DpopKey.generate().thumbprint);
    process.stdout.write('done');`;
    // A small space for new objects is collected several times a second.
    const args = ['--max-semi-space-size=1', '--input-type=module', '-e', code];
    const { stdout, stderr, signal } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    expect({ stdout, stderr, signal }).toEqual({ stdout: 'done', stderr: '', signal: null });
  },
  timeoutMs + 10_000,
);
