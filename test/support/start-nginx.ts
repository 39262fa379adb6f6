import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nginx as tool } from '../../scripts/prepare/test-tools.mjs';

const startTimeoutMs = 10_000;

export interface TestNginx {
  stop(): Promise<void>;
}

/** Starts a real nginx in the foreground, with `httpConfig` in its http block, and resolves when `url` answers. */
export async function startNginx(httpConfig: string, url: string): Promise<TestNginx> {
  const path = tool.find();
  if (path === null) {
    throw new Error(
      'nginx was not found: run node scripts/prepare.mjs test, which fetches it or prints the instructions.',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const configPath = join(folder, 'nginx.conf');
  await writeFile(configPath, wholeConfig(folder, httpConfig));
  const child = spawn(path, ['-c', configPath, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const killWithTests = (): boolean => child.kill('SIGKILL');
  process.once('exit', killWithTests);

  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`nginx did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    stop: async () => {
      process.off('exit', killWithTests);
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true });
    },
  };
}

/** Returns the whole configuration: nginx writes only into `folder`, and starts no other process. */
function wholeConfig(folder: string, httpConfig: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  ${temporary}
  ${httpConfig}
}
`;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
