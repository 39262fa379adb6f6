import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';

const rootDir = join(import.meta.dirname, '..');
const parts = [
  { name: 'the service', folder: '.' },
  { name: 'the mock Authorization server', folder: 'mock-auth-server' },
  { name: 'the client', folder: 'client' },
];

/** Nest, which the build joins, imports these only if a service uses them. */
const optionalPeers = ['core', 'common', 'platform-fastify'].flatMap((name) => {
  const path = join(rootDir, 'node_modules/@nestjs', name, 'package.json');
  const { peerDependenciesMeta = {} } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  return Object.keys(peerDependenciesMeta).filter((peer) => peerDependenciesMeta[peer]?.optional);
});

interface Manifest {
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe.each(parts)('$name', ({ folder }) => {
  const manifest = JSON.parse(readFileSync(join(rootDir, folder, 'package.json'), 'utf8')) as Manifest;
  const runtime = Object.keys(manifest.dependencies ?? {});
  const sources = listFiles(join(rootDir, folder, 'src'), '.ts').filter((path) => !path.endsWith('.spec.ts'));

  beforeAll(ensureBuilt, buildTimeoutMs);

  it('declares every package that it imports at run time', () => {
    expect(sources.length).toBeGreaterThan(5);
    const built = listFiles(join(rootDir, folder, 'dist'), '.js');
    expect(undeclared(built, [...runtime, ...optionalPeers])).toEqual([]);
    expect(undeclared(built, [])).not.toEqual([]);
  });

  it('declares every package whose types it imports, or one that provides them', () => {
    const { devDependencies, optionalDependencies } = manifest;
    const declared = [...runtime, ...Object.keys({ ...devDependencies, ...optionalDependencies })];
    const known = declared.flatMap((name) => [name, ...(typesOf[name] ?? [])]);
    expect(undeclared(sources, known)).toEqual([]);
  });

  it('imports each built file without an error', () => {
    // The main files start a server; everything that they import is imported here. Assets are for browsers.
    const files = listFiles(join(rootDir, folder, 'dist'), '.js').filter(
      (path) => !/((main|example-register|[\\/]cli)\.js|[\\/]assets[\\/][^\\/]+)$/.test(path),
    );
    const code = `
      for (const path of ${JSON.stringify(files)}) {
        try { await import(path); } catch (error) { console.log(path + ': ' + error.message); process.exitCode = 1; }
      }`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      cwd: rootDir,
      env: { PATH: process.env['PATH'] },
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

it('an image installs only packages of the lock file, and runs no install scripts', () => {
  const dockerfile = readFileSync(join(rootDir, 'Dockerfile'), 'utf8');
  const commands = [...dockerfile.replaceAll(/^#.*/gm, '').matchAll(/(?<=\s)(?:npm|npx|yarn|pnpm) .*/g)].map(
    ([command]) => command,
  );
  expect(commands.length).toBeGreaterThan(3);
  for (const command of commands) {
    expect(command).toMatch(
      /^npm ci(?: --(?:omit|workspaces)[= ]\S+| --workspace \S+| --no-(?:audit|fund))*(?: \\)?$/,
    );
  }
  expect(dockerfile).toContain('COPY package.json package-lock.json .npmrc ./');
  expect(readFileSync(join(rootDir, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});

/** Packages whose types are part of the types of another package. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  '@nestjs/platform-fastify': ['fastify'],
};

function undeclared(files: readonly string[], declared: readonly string[]): string[] {
  const missing = files.flatMap((path) =>
    listPackages(readFileSync(path, 'utf8'))
      .filter((name) => !declared.includes(name))
      .map((name) => `${name} in ${path.slice(rootDir.length + 1)}`),
  );
  return [...new Set(missing)];
}

/** Returns the packages of all import and export statements, of dynamic imports, and of what a built file requires. */
function listPackages(text: string): string[] {
  const code = text.replaceAll(/^\s*\*.*$/gm, '');
  const specifiers = [
    ...code.matchAll(/^\s*(?:import|export)\b[^'";]*?\bfrom\s+['"]([^'"]+)['"]/gm),
    ...code.matchAll(/^\s*import\s+['"]([^'"]+)['"]/gm),
    ...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
    // The build writes this for a package that it requires.
    ...code.matchAll(/\b__require\("([^"]+)"\)/g),
  ].map(([, specifier = '']) => specifier);
  return specifiers
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .filter((specifier) => !builtinModules.includes(specifier))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

function listFiles(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name));
}
