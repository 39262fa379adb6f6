import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Loaded with --import: sends SIGTERM to the process when the joined modules of the service load.
if (isMainThread) register(import.meta.url);

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (url.endsWith('/dist/start-service.js')) process.kill(process.pid, 'SIGTERM');
  return nextLoad(url, context);
}
