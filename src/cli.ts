#!/usr/bin/env node
import { runCommandLine } from './cli/run-command-line.js';
import { processTerminal } from './cli/terminal.js';

// Whatever this process writes is for its own user alone.
process.umask(0o077);
process.exitCode = await runCommandLine(process.argv.slice(2), process.env, processTerminal);
