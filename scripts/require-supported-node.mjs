const MINIMUM = { major: 20, minor: 19 };

/**
 * Ends this process if Node is too old. Call it before other imports, because an older Node cannot load them.
 */
export function requireSupportedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor)) return;
  console.error(
    `This is Node ${process.versions.node}, but ${MINIMUM.major}.${MINIMUM.minor} or newer is required. ` +
      'Install a newer Node, and make it the first one on PATH.',
  );
  process.exit(1);
}
