import { runCommand } from './run-command.mjs';

await runCommand(async () => (await import('./assurance/run-assurance.mjs')).runAssurance);
