import { requireSupportedNode } from './require-supported-node.mjs';

requireSupportedNode();
const { runDates } = await import('./dates/run-dates.mjs');
const { reportFailure } = await import('./report-failure.mjs');

await runDates(process.argv.slice(2)).catch(reportFailure);
