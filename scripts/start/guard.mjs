// Ends the stack when the process that started it has ended without doing so, as after a SIGKILL: then the pipe that
// is this process's standard input closes. Each line on it names a process group, in the order of their start.
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { readProcess } from '../read-process.mjs';

const STOP_TIMEOUT_MS = 12_000;
const STOP_ORDER = ['licensing', 'hub', 'register', 'register2', 'mock', 'nats', 'hub-nats'];

/** @type {Map<string, number>} */
const groups = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', groupId = ''] = line.split(' ');
  if (name === 'done') process.exit(0);
  groups.set(name, Number(groupId));
}

for (const name of STOP_ORDER) {
  const groupId = groups.get(name);
  if (groupId !== undefined) await endGroup(groupId);
}

/** @param {number} groupId which is also the id of the process that leads it */
async function endGroup(groupId) {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  signalGroup(groupId, 'SIGTERM');
  while (readProcess(groupId) !== null && Date.now() < deadline) await wait(50);
  signalGroup(groupId, 'SIGKILL');
}

/** @param {number} groupId @param {NodeJS.Signals} signal */
function signalGroup(groupId, signal) {
  try {
    process.kill(-groupId, signal);
  } catch {
    // The whole group has ended already.
  }
}
