import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const REPOSITORY = join(import.meta.dirname, '../../..');

/** Runs the TypeScript compiler. @throws an error that contains its output */
export async function compile(args: readonly string[]): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, ...args]).catch((error: unknown) => {
    const { stdout = '' } = error as { stdout?: string };
    throw new Error(`The compiler failed:\n${stdout}`, { cause: error });
  });
}
