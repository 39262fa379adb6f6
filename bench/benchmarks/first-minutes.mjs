import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../scripts/find-free-port.mjs';
import { startProcess } from '../fixtures/child-process.mjs';
import { rootDir } from '../fixtures/root-dir.mjs';

const up = 'Everything is up';
/** Built by docker-compose.yml. */
const images = ['licensing', 'mock-auth-server', 'nats'].map((name) => `pos-licensing-${name}`);

/** @type {import('../harness/benchmark.mjs').Benchmark} */
export const firstMinutes = {
  name: 'first-minutes',
  title: 'What a person waits for',
  how:
    '"up" is from npm start in a built clone, with an empty data folder, to "Everything is up". "page" is then the first ' +
    'load of the page of the service, with its style sheets and scripts. The sizes of node_modules are those of the packages in ' +
    'this clone, and of those that npm ci --omit=dev --omit=optional installs, as the image does.',
  figures: { up: 'ms', page: 'ms', node_modules: 'MiB', production: 'MiB', images: 'MiB' },
  rounds: 3,
  targets: Object.entries({ up: 10_000, page: 1_000, node_modules: 560, production: 200 }).map(
    ([figure, atMost]) => ({
      kind: /** @type {const} */ ('limit'),
      ours: 'this clone',
      figure,
      atMost,
    }),
  ),
  prepare(fixtures) {
    const sizes = { ...packageSizes(), ...imageSizes() };
    const round = async () => ({ ...(await startAll(fixtures.newFolder('first'))), ...sizes });
    return Promise.resolve({ contenders: [{ name: 'this clone', round }] });
  },
};

/** @param {string} dataDir @returns {Promise<{ up: number, page: number }>} */
async function startAll(dataDir) {
  const [port, mockPort, natsPort] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
  const startedAt = performance.now();
  const stack = await startProcess({
    command: 'npm',
    args: ['--prefix', rootDir, 'start'],
    env: {
      HOME: process.env['HOME'],
      DATA_DIR: dataDir,
      PORT: String(port),
      MOCK_AUTH_PORT: String(mockPort),
      NATS_PORT: String(natsPort),
    },
    isReady: (output) => output.includes(up),
  });
  const upMs = performance.now() - startedAt;
  try {
    return { up: upMs, page: await loadPage(`http://127.0.0.1:${port}/`) };
  } finally {
    await stack.stop();
  }
}

/** @param {string} url @returns {Promise<number>} ms */
async function loadPage(url) {
  const startedAt = performance.now();
  const html = await readText(url);
  const parts = [...html.matchAll(/<(?:link|script)[^>]*(?:href|src)="([^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  if (parts.length === 0) throw new Error(`The page at ${url} has neither a style sheet nor a script.`);
  await Promise.all(parts.map((path) => readText(new URL(path, url))));
  return performance.now() - startedAt;
}

/** @param {string | URL} url */
async function readText(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${String(url)}: ${answer.status}`);
  return answer.text();
}

/** @returns {Record<string, number>} MiB, without those of another operating system, which are not installed */
function packageSizes() {
  /** @type {{ packages: Record<string, { dev?: boolean, optional?: boolean, devOptional?: boolean, link?: boolean }> }} */
  const { packages } = JSON.parse(readFileSync(join(rootDir, 'package-lock.json'), 'utf8'));
  const installed = Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && !link && existsSync(join(rootDir, path)),
  );
  const production = installed
    .filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional)
    .map(([path]) => path);
  // `du` counts a nested package once, with the one that contains it.
  // Without the caches of tests, which lie beside the packages.
  return { node_modules: sizeOf(installed.map(([path]) => path)), production: sizeOf(production) };
}

/** @param {string[]} paths @returns {number} MiB */
function sizeOf(paths) {
  const lines = execFileSync('du', ['-sk', ...paths], { cwd: rootDir, encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines.reduce((sum, line) => sum + Number.parseInt(line, 10), 0) / 1024;
}

/** @returns {Record<string, number>} MiB of the built images, if there are any */
function imageSizes() {
  try {
    const format = ['image', 'inspect', '--format', '{{.Size}}', ...images];
    const sizes = execFileSync('docker', format, { encoding: 'utf8', stdio: 'pipe' }).trim().split('\n');
    return { images: sizes.reduce((sum, size) => sum + Number(size), 0) / 1024 ** 2 };
  } catch {
    console.log('Skipped: the size of the images, because Docker or the built images are missing here.');
    return {};
  }
}
