const MINIMUM = { major: 20, minor: 19 };

/**
 * Ends this process where Node is too old. Everything else is to be imported after it: an older Node cannot load it,
 * and would say so in its own words.
 */
export function requireSupportedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor)) return;
  console.error(
    `Node ${MINIMUM.major}.${MINIMUM.minor} or newer is needed, and this is ${process.versions.node}. ` +
      'Install a newer Node, and take care that it is the first one on PATH.',
  );
  process.exit(1);
}
