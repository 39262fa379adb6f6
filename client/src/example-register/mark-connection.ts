import { rmSync, writeFileSync } from 'node:fs';

const INTERVAL_MS = 5_000;

/**
 * Touches a file every five seconds while the register is healthy (connected, or waiting for its server's first license),
 * and removes it otherwise. A container's health check reads it. A process that hangs lets the file become old.
 */
export function markConnection(path: string): (isWell: boolean) => void {
  const touch = (): void => writeFileSync(path, `${new Date().toISOString()}\n`);
  let timer: NodeJS.Timeout | undefined;
  return (isWell) => {
    clearInterval(timer);
    if (!isWell) {
      rmSync(path, { force: true });
      return;
    }
    touch();
    timer = setInterval(touch, INTERVAL_MS).unref();
  };
}
