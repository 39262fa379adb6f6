import { forgetSecrets } from './canaries.js';
import './exit-at-sigterm.js';
import { loggedLines } from './logged-lines.js';

// The test files of a worker share their modules. What one of them noted must not count for the next.
forgetSecrets();
loggedLines.length = 0;
