import { requireSupportedNode } from './require-supported-node.mjs';

requireSupportedNode();
const { runStack } = await import('./start/run-stack.mjs');
const { reportFailure } = await import('./report-failure.mjs');

await runStack().catch(reportFailure);
