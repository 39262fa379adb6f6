const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const SAME_PRESS_MS = 500;
const PARENT_CHECK_MS = 1_000;

/**
 * Listens for the wish to end, and for the wish to end at once.
 * @param {{ onStop: () => void, onStopAtOnce: () => void }} listeners
 */
export function listenForStop({ onStop, onStopAtOnce }) {
  let firstRequestMs = 0;
  const request = () => {
    const nowMs = Date.now();
    if (firstRequestMs === 0) {
      firstRequestMs = nowMs;
      onStop();
    } else if (nowMs - firstRequestMs > SAME_PRESS_MS) {
      onStopAtOnce();
    }
  };
  const requestOnce = () => {
    if (firstRequestMs === 0) request();
  };
  for (const signal of SIGNALS) process.on(signal, request);
  // Nobody reads any more, as with `npm start | head`.
  process.stdout.on('error', requestOnce);
  if (process.env['npm_lifecycle_event'] !== undefined) watchParent(requestOnce);
}

/** An npm that is killed cannot pass the signal on. @param {() => void} onParentEnd */
function watchParent(onParentEnd) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) onParentEnd();
  }, PARENT_CHECK_MS);
  timer.unref();
}
