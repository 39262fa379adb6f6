/**
 * @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} LockedPackages
 */

/**
 * Returns whether npm's record of the installed packages matches the lock file. Optional packages may be missing: they are
 * binaries for other platforms.
 * @param {LockedPackages} locked `packages` of package-lock.json
 * @param {LockedPackages} installed `packages` of node_modules/.package-lock.json
 */
export function isInstalledAsLocked(locked, installed) {
  const paths = new Set([...Object.keys(locked), ...Object.keys(installed)]);
  // The entry without a path is the project itself, which npm does not record.
  paths.delete('');
  return [...paths].every((path) => {
    const wanted = locked[path];
    const found = installed[path];
    if (wanted === undefined || found === undefined) return (wanted ?? found)?.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}
