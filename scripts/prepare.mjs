import { requireSupportedNode } from './require-supported-node.mjs';

requireSupportedNode();
const { prepare } = await import('./prepare/prepare.mjs');
const { reportFailure } = await import('./report-failure.mjs');

await prepare(process.argv[2] ?? '').catch(reportFailure);
