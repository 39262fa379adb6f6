import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Starts the process that ends the stack if this one is killed.
 * @returns {{ watch: (name: string, groupId: number) => void, dismiss: () => void }}
 */
export function startGuard() {
  const guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.mjs')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a guard the stack works as well; only nobody would end it after a SIGKILL.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  return {
    watch: (name, groupId) => void guard.stdin.write(`${name} ${groupId}\n`),
    dismiss: () => void guard.stdin.end('done\n'),
  };
}
