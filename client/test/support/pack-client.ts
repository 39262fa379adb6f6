import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureBuilt } from '../../../test/support/ensure-built.js';
import { REPOSITORY } from './compile.js';

const run = promisify(execFile);

export interface PackedClient {
  /** The folder of a project that has installed the package. */
  readonly projectDir: string;
  readonly tarballPath: string;
  /** The paths in the tarball. */
  readonly files: readonly string[];
}

/** Builds the client and packs it as for a registry, in a temporary folder. */
export async function packClient(): Promise<PackedClient> {
  await ensureBuilt();
  const cache = join(REPOSITORY, '.cache');
  await mkdir(cache, { recursive: true });
  const projectDir = await mkdtemp(join(cache, 'project-'));
  const packageDir = join(projectDir, 'node_modules/@pos-licensing/client');
  await mkdir(packageDir, { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE', 'src', 'dist']) {
    await cp(join(REPOSITORY, 'client', name), join(packageDir, name), { recursive: true });
  }
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', projectDir], {
    cwd: packageDir,
  });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error('npm packed nothing');
  return {
    projectDir,
    tarballPath: join(projectDir, packed.filename),
    files: packed.files.map(({ path }) => path),
  };
}
