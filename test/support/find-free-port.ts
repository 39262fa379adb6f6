import { createPortFinder } from '../../scripts/find-free-port.mjs';

// A part for each worker, so that tests that run at the same time do not compete for a port.
const portsPerWorker = 4000;
const firstPort = 10_240 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 5) * portsPerWorker;

/** Returns a TCP port on loopback that was free a moment ago, and that this process has not returned before. */
export const findFreePort = createPortFinder(firstPort, firstPort + portsPerWorker - 1);
