import { runCommand } from './run-command.mjs';

await runCommand(async () => (await import('./nodes/test-nodes.mjs')).testNodes);
