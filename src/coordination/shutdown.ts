const open = new Map<symbol, string>();

/** Returns the names of the pending shutdown tasks. */
export function stillOpen(): string[] {
  return [...open.values()];
}

/** Waits for a shutdown task. Its name is logged if the shutdown takes too long. */
export async function whileEnding<T>(name: string, ending: Promise<T>): Promise<T> {
  const key = Symbol(name);
  open.set(key, name);
  try {
    return await ending;
  } finally {
    open.delete(key);
  }
}

/** Waits for `ending` up to `timeoutMs`. Resolves to whether it has ended. Never rejects. */
export async function endsWithin(timeoutMs: number, ending: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const ended = ending.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves to the result of `work`, or to `otherwise` if that takes longer than `timeoutMs`. */
export async function within<T>(timeoutMs: number, work: Promise<T>, otherwise: T): Promise<T> {
  return (await endsWithin(timeoutMs, work)) ? work : otherwise;
}
