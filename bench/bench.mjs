import { requireSupportedNode } from '../scripts/require-supported-node.mjs';

requireSupportedNode();
const { runBench } = await import('./harness/run-bench.mjs');
const { reportFailure } = await import('../scripts/report-failure.mjs');

await runBench(process.argv.slice(2)).catch(reportFailure);
