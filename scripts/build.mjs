import { runCommand } from './run-command.mjs';

await runCommand(async () => (await import('./build/build-parts.mjs')).buildParts);
