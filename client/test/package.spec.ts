import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTimeoutMs } from '../../test/support/ensure-built.js';
import { compile, REPOSITORY } from './support/compile.js';
import { packClient, type PackedClient } from './support/pack-client.js';

describe('the package of the client', () => {
  let packed: PackedClient;
  beforeAll(async () => {
    packed = await packClient();
  }, buildTimeoutMs);
  afterAll(() => rm(packed.projectDir, { recursive: true }));

  it('contains all required files, without the example and the tests', () => {
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'dist/index.js',
        'dist/index.d.ts',
        'dist/nestjs.js',
        'dist/nestjs.d.ts',
        'src/index.ts',
      ]),
    );
    expect(packed.files.filter((path) => /example|\btest\b|spec/.test(path))).toEqual([]);
  });

  it('passes publint in strict mode', async () => {
    const { buffer } = new Uint8Array(await readFile(packed.tarballPath));
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it('has correct types for ES modules (CommonJS uses import() or a Node that can require() them)', async () => {
    const result = await checkPackage(createPackageFromTarballData(await readFile(packed.tarballPath)));
    if (!result.types) throw new Error('there are no types');
    expect(Object.keys(result.entrypoints).toSorted()).toEqual(['.', './nestjs']);
    const problems = result.problems.filter(
      (problem) =>
        // TypeScript's node10 resolution ignores "exports", and the node16-cjs problem is that this is an ES module.
        !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
    );
    expect(problems).toEqual([]);
  });

  it('has a README whose examples compile', async () => {
    const readme = await readFile(join(REPOSITORY, 'client/README.md'), 'utf8');
    const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(examples.length).toBeGreaterThan(2);
    await Promise.all(
      examples.map(async (code, index) => {
        const path = join(packed.projectDir, `example-${index}.mts`);
        // The package is installed under this name: see nestjs.spec.ts.
        await writeFile(path, code.replaceAll('@nestjs/microservices', 'nest-microservices'));
      }),
    );
    const project = join(packed.projectDir, 'tsconfig.json');
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      types: ['node'],
    };
    await writeFile(project, JSON.stringify({ compilerOptions, include: ['*.mts'] }));
    await compile(['-p', project]);
  });
});
