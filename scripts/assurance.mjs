import { requireSupportedNode } from './require-supported-node.mjs';

requireSupportedNode();
const { runAssurance } = await import('./assurance/run-assurance.mjs');
const { reportFailure } = await import('./report-failure.mjs');

await runAssurance(process.argv.slice(2)).catch(reportFailure);
