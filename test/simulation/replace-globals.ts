import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { nuid } from '@nats-io/transport-node';
import { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

const RealDate = Date;
const quiet = Object.fromEntries(
  ['log', 'error', 'warn', 'debug', 'verbose', 'fatal'].map((level) => [level, () => undefined]),
) as unknown as Parameters<typeof Logger.overrideLogger>[0];

/**
 * Replaces what the code takes from the runtime: wall clock, monotonic clock, timers and random numbers. They belong to
 * the process or register whose turn it is. Returns a function that restores the originals.
 */
export function replaceGlobals(scheduler: Scheduler, seed: number): () => void {
  const random = new Random(seed, 11);
  const bytes = new Random(seed, 12);
  const real = {
    random: Math.random,
    now: Object.getOwnPropertyDescriptor(performance, 'now'),
    randomBytes: crypto.randomBytes,
    randomUUID: crypto.randomUUID,
    sleep: timers.setTimeout,
    logger: (Logger as unknown as { staticInstanceRef: typeof quiet }).staticInstanceRef,
  };
  const wallMs = () => Math.floor(scheduler.current?.wallMs() ?? scheduler.nowMs);
  const uptimeMs = () => scheduler.current?.uptimeMs() ?? scheduler.nowMs;
  globalThis.Date = createDate(wallMs);
  Math.random = () => random.next();
  Object.defineProperty(performance, 'now', { configurable: true, writable: true, value: uptimeMs });
  crypto.randomBytes = ((count: number) => bytes.bytes(count)) as typeof crypto.randomBytes;
  crypto.randomUUID = () => {
    const hex = bytes.bytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
  timers.setTimeout = (async (ms: number, value: unknown, options?: { signal?: AbortSignal }) => {
    const owner = scheduler.current;
    if (owner === null) throw new Error('A timer was started outside a turn.');
    scheduler.calls += 1;
    await scheduler.sleep(owner, ms);
    options?.signal?.throwIfAborted();
    return value;
  }) as typeof timers.setTimeout;
  syncBuiltinESMExports();
  Logger.overrideLogger(quiet);
  // It draws random numbers at its first use in a process only.
  nuid.reset();
  return () => {
    globalThis.Date = RealDate;
    Math.random = real.random;
    if (real.now === undefined) delete (performance as { now?: unknown }).now;
    else Object.defineProperty(performance, 'now', real.now);
    crypto.randomBytes = real.randomBytes;
    crypto.randomUUID = real.randomUUID;
    timers.setTimeout = real.sleep;
    syncBuiltinESMExports();
    if (real.logger !== undefined) Logger.overrideLogger(real.logger);
  };
}

function createDate(nowMs: () => number): DateConstructor {
  const SimulatedDate = function (...values: readonly number[]) {
    return values.length === 0 ? new RealDate(nowMs()) : new RealDate(...(values as [number]));
  } as unknown as DateConstructor;
  return Object.assign(SimulatedDate, {
    prototype: RealDate.prototype,
    now: nowMs,
    parse: RealDate.parse,
    UTC: RealDate.UTC,
  });
}
