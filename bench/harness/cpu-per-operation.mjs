/**
 * What an operation costs this process, its thread pool included.
 * @param {number} operations
 * @param {() => unknown} work does all of them
 * @returns {Promise<{ cpu: number }>} µs of CPU each
 */
export async function cpuPerOperation(operations, work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / operations };
}
