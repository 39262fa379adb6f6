import { requireSupportedNode } from './require-supported-node.mjs';

requireSupportedNode();
const { buildParts } = await import('./build/build-parts.mjs');
const { reportFailure } = await import('./report-failure.mjs');

await buildParts().catch(reportFailure);
