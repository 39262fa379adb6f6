#!/usr/bin/env node
import { requireNode } from './require-node.js';

requireNode();
process.stdout.on('error', (error) => {
  process.stderr.write(`Cannot write the output: ${error.message}\n`);
  process.exit(1);
});
process.stderr.on('error', () => process.exit(1));
// Files of this process are accessible only to its user.
process.umask(0o077);
const { runCommandLine } = await import('./cli/run-command-line.js');
const { processTerminal } = await import('./cli/terminal.js');
process.exitCode = await runCommandLine(process.argv.slice(2), process.env, processTerminal);
