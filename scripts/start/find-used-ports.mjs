import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Tries to listen on each port. Returns a message with the reason and the setting for each port that is not free.
 * @param {{ setting: string, port: number, host: string }[]} listeners
 * @returns {Promise<string[]>}
 */
export async function findUsedPorts(listeners) {
  const faults = await Promise.all(
    listeners.map(async ({ setting, port, host }) => {
      const code = await tryListening(host, port);
      if (code === null) return [];
      const reason = code === 'EADDRINUSE' ? 'is in use by another process' : `cannot be used (${code})`;
      return [`Port ${port} on ${host} ${reason}: free it, or set ${setting} to another one`];
    }),
  );
  return faults.flat();
}

/** @param {string} host @param {number} port @returns {Promise<string | null>} the error's code */
async function tryListening(host, port) {
  const probe = createServer();
  try {
    probe.listen({ host, port, exclusive: true });
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
