import { setFlagsFromString } from 'node:v8';
import { limitShutdown } from './limit-shutdown.js';
import { guardOutput } from './logging/guard-output.js';
import { requireNode } from './require-node.js';

// Before the modules of the service load, which takes up to a second: process 1 of a container ignores a signal without
// a listener, and an older Node cannot parse some of them.
limitShutdown();
requireNode();
guardOutput(process.stdout);
guardOutput(process.stderr);
// Files of this process are accessible only to its user.
process.umask(0o077);

// Loading modules makes V8 grow the space for new objects, which an idle service keeps.
setFlagsFromString('--semi-space-growth-factor=1');
const { startService } = await import('./start-service.js');
await startService();
// A busy service grows it in one step. V8 decides by the objects that survive, and a request leaves none, so that steps of 2
// would collect garbage every 200 requests for long.
setFlagsFromString('--semi-space-growth-factor=16');
