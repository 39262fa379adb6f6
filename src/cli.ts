#!/usr/bin/env node
import { runCommandLine } from './cli/run-command-line.js';
import { processTerminal } from './cli/terminal.js';

// Files of this process are accessible only to its user.
process.umask(0o077);
process.exitCode = await runCommandLine(process.argv.slice(2), process.env, processTerminal);
