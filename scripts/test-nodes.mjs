import { requireSupportedNode } from './require-supported-node.mjs';

requireSupportedNode();
const { testNodes } = await import('./nodes/test-nodes.mjs');
const { reportFailure } = await import('./report-failure.mjs');

await testNodes(process.argv.slice(2)).catch(reportFailure);
