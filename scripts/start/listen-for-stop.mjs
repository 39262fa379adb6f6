import { readFileSync } from 'node:fs';
import { readProcess } from '../read-process.mjs';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const SAME_PRESS_MS = 500;
const NPM_CHECK_MS = 1_000;

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
  if (process.env['npm_lifecycle_event'] !== undefined) watchNpm(requestOnce);
}

/** An npm that is killed cannot pass the signal on, and the shell between would not. @param {() => void} onNpmEnd */
function watchNpm(onNpmEnd) {
  const npmPid = findNpm();
  const startedAt = readProcess(npmPid)?.startedAt;
  const timer = setInterval(() => {
    if (readProcess(npmPid)?.startedAt !== startedAt) onNpmEnd();
  }, NPM_CHECK_MS);
  timer.unref();
}

/** npm runs a script in a shell, which may or may not give its place to the command. */
function findNpm() {
  const parent = process.ppid;
  const isShell = readCommandLine(parent).startsWith('sh\0-c\0');
  return (isShell && readProcess(parent)?.parentPid) || parent;
}

/** @param {number} pid */
function readCommandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
