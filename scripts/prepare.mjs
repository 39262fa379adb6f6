import { runCommand } from './run-command.mjs';

await runCommand(async () => (await import('./prepare/prepare.mjs')).prepare);
