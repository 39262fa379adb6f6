import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Tries each port, and says of those that cannot be had why not and which setting changes it.
 * @param {{ setting: string, port: number, host: string }[]} listeners
 * @returns {Promise<string[]>} empty when all are free
 */
export async function findUsedPorts(listeners) {
  const complaints = await Promise.all(
    listeners.map(async ({ setting, port, host }) => {
      const code = await tryListening(host, port);
      if (code === null) return [];
      const reason = code === 'EADDRINUSE' ? 'is in use by another process' : `cannot be used (${code})`;
      return [`Port ${port} on ${host} ${reason}: free it, or set ${setting} to another one`];
    }),
  );
  return complaints.flat();
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
