/** Counts the turns of the event loop during `work`. Without one, the service would answer nobody in the meantime. */
export async function countTurns<T>(work: () => Promise<T>): Promise<{ turns: number; result: T }> {
  let turns = 0;
  let timer = setImmediate(function count() {
    turns += 1;
    timer = setImmediate(count);
  });
  try {
    const result = await work();
    return { turns, result };
  } finally {
    clearImmediate(timer);
  }
}
