import { runCommand } from './run-command.mjs';

await runCommand(async () => (await import('./start/run-stack.mjs')).runStack);
