import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Returns the version of a running Docker engine with Compose; `null` if there is none. */
export async function findDockerEngine(): Promise<string | null> {
  const run = promisify(execFile);
  try {
    await run('docker', ['compose', 'version'], { timeout: 10_000 });
    const { stdout } = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
      timeout: 10_000,
    });
    return stdout.trim() || null;
  } catch {
    return null;
  }
}
