import { forgetSecrets } from './secret-scanner.js';
import { exitAtSigterm } from './exit-at-sigterm.js';
import { loggedLines } from './logged-lines.js';

exitAtSigterm();
// The test files of a worker share their modules. What one of them noted must not count for the next.
forgetSecrets();
loggedLines.length = 0;
