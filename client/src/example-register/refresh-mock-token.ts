import { setTimeout as delay } from 'node:timers/promises';
import type { MockToken } from './mock-token.js';

const RETRY_MS = 1_000;

interface Surroundings {
  readonly print: (line: string) => void;
  /** Returns whether another token may be accepted in place of the current one. */
  readonly isNeeded: () => boolean;
  readonly signal: AbortSignal;
}

/** Gets a token at the start, and another whenever the server refuses the current one, until the process stops. */
export async function refreshMockToken(
  token: MockToken,
  { print, isNeeded, signal }: Surroundings,
  onFirst: () => void,
): Promise<void> {
  let shown = '';
  const printOnce = (line: string): void => {
    if (line !== shown) print(line);
    shown = line;
  };
  while (!signal.aborted) {
    const wasThere = token.current !== '';
    if (!wasThere || isNeeded()) printOnce(await renew(token));
    if (!wasThere && token.current !== '') onFirst();
    await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function renew(token: MockToken): Promise<string> {
  try {
    const deviceId = await token.renew();
    if (deviceId !== null) return `following the license as ${deviceId}`;
    return 'no license known yet: waiting until a server is authorized';
  } catch (error) {
    return `no license token (${error instanceof Error ? error.message : String(error)}): retrying every second`;
  }
}
