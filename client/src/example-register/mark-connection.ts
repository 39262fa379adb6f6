import { rmSync, writeFileSync } from 'node:fs';

const INTERVAL_MS = 5_000;

/**
 * Keeps a file fresh while the register is as it should be: connected, or waiting for its server's first license. While it
 * is not, there is none: a container's health check reads it. A process that hangs lets it grow old.
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
