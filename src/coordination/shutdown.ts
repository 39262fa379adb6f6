const open = new Map<symbol, string>();

/** Returns the names of what is being ended at this moment. */
export function stillOpen(): string[] {
  return [...open.values()];
}

/** Waits until something has ended. Its name is in the log if the stop of the service takes too long. */
export async function whileEnding<T>(name: string, ending: Promise<T>): Promise<T> {
  const key = Symbol(name);
  open.set(key, name);
  try {
    return await ending;
  } finally {
    open.delete(key);
  }
}

/** Waits until `ending` has ended, for at most so long. Resolves to whether it has. Never rejects. */
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
