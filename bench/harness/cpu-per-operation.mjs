/**
 * Returns the CPU time of an operation in this process, including its thread pool.
 * @param {number} operations
 * @param {() => unknown} work runs all operations
 * @returns {Promise<{ cpu: number }>} µs per operation
 */
export async function cpuPerOperation(operations, work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / operations };
}
