import { join } from 'node:path';
import { startProcess } from './child-process.mjs';
import { rootDir } from './root-dir.mjs';

const listening = /Listening on (http:\/\/[\d.]+:\d+)/;

/**
 * Starts one of the peers that we compare with, as a process of its own.
 * @param {string} name a file of bench/peers
 * @param {Record<string, string>} [environment]
 * @param {{ hasChannel?: boolean }} [options]
 */
export async function startPeer(name, environment = {}, { hasChannel = false } = {}) {
  const child = await startProcess({
    args: [join(rootDir, 'bench/peers', name)],
    env: { NODE_ENV: 'production', ...environment },
    hasChannel,
    isReady: (output) => listening.test(output),
  });
  return { ...child, url: listening.exec(child.output())?.[1] ?? '' };
}
