// Loaded into a process under test by `--import`. It kills the process with SIGKILL before the N-th step of its start
// or of a request. A step is a statement to a database, a change of a file, a request to another server or its answer.
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import pg from 'pg';
import { Sqlite } from '../../build/persistence/sqlite.js';

/** @type {{ of: string, step: number }} `of`: "start", or a request as in "POST /api/license/refresh?killed" */
const { of, step } = JSON.parse(process.env.KILL_AT_STEP ?? '');
/** The background work of a request runs soon after its answer. Later work belongs to something else. */
const afterAnswerMs = 250;

let isArmed = of === 'start';
let count = 0;
const { writeSync } = fs;

function takeStep(what) {
  if (!isArmed || what === null) return;
  count += 1;
  if (count !== step) return;
  writeSync(1, `Killed before step ${step} of ${of}: ${what}\n`);
  process.kill(process.pid, 'SIGKILL');
}

function watchCalls(target, names, describe) {
  for (const name of names) {
    const original = target[name];
    target[name] = function watched(...parameters) {
      takeStep(describe(name, this, parameters));
      return original.apply(this, parameters);
    };
  }
}

const memory = new Sqlite(':memory:');
const statementPrototype = Object.getPrototypeOf(memory.prepare('SELECT 1'));
memory.close();
watchCalls(statementPrototype, ['run', 'get', 'all', 'iterate'], (_name, { source }) => source);
watchCalls(Sqlite.prototype, ['exec', 'pragma'], (name, _database, [text]) => `${name} ${text}`);
watchCalls(pg.Client.prototype, ['query'], (_name, _client, [query]) => query?.text ?? String(query));
watchCalls(
  fs,
  ['writeFileSync', 'renameSync', 'linkSync', 'unlinkSync', 'mkdirSync', 'rmSync', 'openSync'],
  // Node opens a file to read it, which changes nothing.
  (name, _fs, [path, flags]) => (name === 'openSync' && flags === 'r' ? null : `${name} ${path}`),
);
syncBuiltinESMExports();

subscribe('undici:request:create', ({ request }) => takeStep(`${request.method} ${request.path}`));
subscribe('undici:request:trailers', ({ request }) =>
  takeStep(`the answer to ${request.method} ${request.path}`),
);

function disarm() {
  isArmed = false;
  writeSync(1, `Not killed in ${of}\n`);
}

subscribe('http.server.request.start', ({ request, response }) => {
  if (`${request.method} ${request.url}` !== of) return;
  isArmed = true;
  response.once('close', () => setTimeout(disarm, afterAnswerMs));
});
