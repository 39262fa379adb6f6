import { forgetSecrets } from './secret-scanner.js';
import { exitAtSigterm } from './exit-at-sigterm.js';
import { loggedLines } from './logged-lines.js';

exitAtSigterm();
// The test files of a worker share their modules. Secrets of one file must not count for the next.
forgetSecrets();
loggedLines.length = 0;
