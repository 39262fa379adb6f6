import { runCommand } from './run-command.mjs';

await runCommand(async () => (await import('./simulate/run-simulation.mjs')).runSimulation);
