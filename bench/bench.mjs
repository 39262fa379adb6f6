import { runCommand } from '../scripts/run-command.mjs';

await runCommand(async () => (await import('./harness/run-bench.mjs')).runBench);
