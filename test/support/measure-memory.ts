import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, vi } from 'vitest';
import type { TestProcess } from './start-process.js';

/**
 * The memory of a process after garbage collection: its bytes, and the timers, sockets, files and other resources that
 * keep it alive.
 */
export interface HeldMemory {
  readonly usedBytes: number;
  readonly resources: number;
}

const script = pathToFileURL(join(import.meta.dirname, 'report-memory.mjs')).href;
/** The memory that the engine itself may need for newly optimized code. */
const slackBytes = 3 * 1024 * 1024;
/** Less than any record of a request or a message. */
const bytesForEachCase = 512;
const slackResources = 8;

/** The environment of a process that can be measured. */
export const measurable = { NODE_OPTIONS: `--import ${script}` };

/** A process that was started with {@link measurable}. */
export type MeasuredProcess = Pick<TestProcess, 'pid' | 'output'>;

export async function measureMemory({ pid, output }: MeasuredProcess): Promise<HeldMemory> {
  const read = () => [...output().matchAll(/^memory (\{.*\})$/gm)];
  const count = read().length;
  process.kill(pid, 'SIGUSR2');
  await vi.waitFor(() => expect(read().length).toBeGreaterThan(count), { timeout: 10_000 });
  return JSON.parse(read().at(-1)?.[1] ?? '') as HeldMemory;
}

/** Checks that `cases` cases have left nothing in memory. */
export function expectNoGrowth(before: HeldMemory, after: HeldMemory, cases: number): void {
  const grownBytes = after.usedBytes - before.usedBytes;
  process.stdout.write(
    `memory after ${cases} cases: ${Math.round(grownBytes / 1024)} KB more, in all ${Math.round(after.usedBytes / 1024)} KB\n`,
  );
  expect(grownBytes).toBeLessThan(slackBytes + cases * bytesForEachCase);
  expect(after.resources).toBeLessThanOrEqual(before.resources + slackResources);
}
