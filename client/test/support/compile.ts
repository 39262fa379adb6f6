import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const REPOSITORY = join(import.meta.dirname, '../../..');

/** Runs the TypeScript compiler. @throws an error with its complaints */
export async function compile(args: readonly string[]): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, ...args]).catch((error: unknown) => {
    const { stdout = '' } = error as { stdout?: string };
    throw new Error(`The compiler complains:\n${stdout}`, { cause: error });
  });
}
