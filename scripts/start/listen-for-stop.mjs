/** The exit code of a command that a signal stopped. */
export const exitStopped = 130;

/** One Ctrl-C can arrive twice: from the terminal and from npm. */
const sameKeyPressMs = 500;
const parentCheckMs = 1_000;

/**
 * Calls `onStop` at the first request to stop, and `onSecondStop` at the next one.
 * @param {{ onStop: () => void, onSecondStop: () => void }} listeners
 */
export function listenForStop({ onStop, onSecondStop }) {
  let firstRequestMs = 0;
  const stopOnce = () => {
    if (firstRequestMs !== 0) return;
    firstRequestMs = Date.now();
    onStop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (firstRequestMs !== 0 && Date.now() - firstRequestMs > sameKeyPressMs) onSecondStop();
      else stopOnce();
    });
  }
  // The reader of the output has ended, as with `npm start | head`.
  process.stdout.on('error', stopOnce);
  // An npm that is killed forwards no signal. The scripts in package.json `exec` this process, so npm is its parent.
  const npm = process.ppid;
  const stopWithoutNpm = () => process.ppid !== npm && stopOnce();
  if (process.env['npm_lifecycle_event'] !== undefined) setInterval(stopWithoutNpm, parentCheckMs).unref();
}

/** Returns a signal that aborts at the first request to stop. The second request exits. */
export function createStopSignal() {
  const controller = new AbortController();
  listenForStop({ onStop: () => controller.abort(), onSecondStop: () => process.exit(exitStopped) });
  return controller.signal;
}
