import { rmSync, writeFileSync } from 'node:fs';

const INTERVAL_MS = 5_000;

/**
 * Keeps a file fresh while the register is connected, and without one while it is not: a container's health check reads
 * it. A process that hangs lets it grow old.
 */
export function markConnection(path: string): (isConnected: boolean) => void {
  const touch = (): void => writeFileSync(path, `${new Date().toISOString()}\n`);
  let timer: NodeJS.Timeout | undefined;
  return (isConnected) => {
    clearInterval(timer);
    if (!isConnected) {
      rmSync(path, { force: true });
      return;
    }
    touch();
    timer = setInterval(touch, INTERVAL_MS).unref();
  };
}
