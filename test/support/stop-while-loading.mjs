import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Loaded with --import: sends SIGTERM to the process when the first module of NestJS loads.
if (isMainThread) register(import.meta.url);

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (url.includes('/@nestjs/core/')) process.kill(process.pid, 'SIGTERM');
  return nextLoad(url, context);
}
