import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const rootDir = join(import.meta.dirname, '..');
const read = (path: string) => readFile(join(rootDir, path), 'utf8');

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly object[];
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
}

describe('the packages of the images', () => {
  it('are listed by npm run sbom in the CycloneDX format, each with its version, address and hash', async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
      cwd: rootDir,
      maxBuffer: 16 * 1024 * 1024,
      timeout: 30_000,
    });
    const sbom = JSON.parse(stdout) as { bomFormat: string; components: Component[] };
    expect(sbom.bomFormat).toBe('CycloneDX');
    const names = sbom.components.map(({ name }) => name);
    const manifest = JSON.parse(await read('package.json')) as { dependencies: Record<string, string> };
    const declared = Object.keys(manifest.dependencies).filter((name) => name !== 'better-sqlite3-13');
    expect(names).toEqual(expect.arrayContaining(declared));
    const fetched = sbom.components.filter(({ hashes }) => hashes !== undefined);
    expect(fetched.length).toBeGreaterThan(50);
    for (const { purl, version } of fetched) expect(purl).toContain(`@${version}`);
  });

  it('have a hash in the lock file, so that no other content is installed', async () => {
    const { packages } = JSON.parse(await read('package-lock.json')) as { packages: Record<string, Locked> };
    const installed = Object.entries(packages).filter(
      ([path, { link }]) => path.includes('node_modules/') && link !== true,
    );
    const withoutHash = installed
      .filter(([, { integrity }]) => integrity === undefined)
      .map(([path]) => path);
    expect(withoutHash).toEqual([]);
  });

  it('are installed only from the lock file, and none of them runs a script', async () => {
    const lines = (await read('Dockerfile')).split('\n');
    const calls = lines.flatMap((line) =>
      line.startsWith('#')
        ? []
        : [...line.matchAll(/(?<!\.)\b(?:npm|npx|yarn|pnpm) [a-z]+/g)].map(([call]) => call),
    );
    expect(new Set(calls)).toEqual(new Set(['npm ci']));
    expect(lines).toContain('COPY package.json package-lock.json .npmrc ./');
    expect((await read('.npmrc')).split('\n')).toContain('ignore-scripts=true');
  });
});
