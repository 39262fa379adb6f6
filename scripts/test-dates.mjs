import { runCommand } from './run-command.mjs';

await runCommand(async () => (await import('./dates/run-dates.mjs')).runDates);
