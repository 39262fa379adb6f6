import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAptSources } from './apt-sources.mjs';

const run = promisify(execFile);

const FETCH_TIMEOUT_MS = 300_000;

/**
 * Unpacks a package of Debian into `cacheDir/<its name>`, without root and without a trace in the system's apt: lists,
 * state, sources and downloads are all in a folder of this run, and nothing of the package is started. Two runs at once
 * do not meet: each unpacks for itself, and the first rename wins.
 * @param {string} packageName
 * @param {string} cacheDir
 * @param {string[]} [suites] those that have it new enough, the steadiest first; without: the suite of this machine
 * @returns {Promise<{ isFetched: true } | { isFetched: false, reason: string }>}
 */
export async function fetchWithApt(packageName, cacheDir, suites) {
  const found = await findMirror();
  if ('reason' in found) return { isFetched: false, reason: found.reason };
  await mkdir(cacheDir, { recursive: true });
  const workDir = await mkdtemp(join(cacheDir, 'fetch-'));
  let reason = '';
  try {
    for (const suite of suites ?? [found.codename]) {
      try {
        const unpackedDir = await downloadAndUnpack(workDir, found.mirror, suite, packageName);
        await moveIntoPlace(unpackedDir, join(cacheDir, packageName));
        return { isFetched: true };
      } catch (error) {
        reason += ` ${suite}: ${lastLine(error)}`;
      }
    }
    return { isFetched: false, reason: `apt could not fetch ${packageName}:${reason}` };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/**
 * The address this machine itself uses for its Debian suite.
 * @returns {Promise<{ mirror: import('./apt-sources.mjs').AptSource, codename: string } | { reason: string }>}
 */
async function findMirror() {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME="?([a-z]+)/m.exec(release)?.[1];
  if (!/^ID="?debian"?$/m.test(release) || codename === undefined) return { reason: 'this is not Debian' };
  const mirror = (await readSystemSources()).find(
    (source) => source.suites.includes(codename) && source.components.includes('main'),
  );
  return mirror ? { mirror, codename } : { reason: `apt's sources name no mirror for ${codename}` };
}

/** @returns {Promise<import('./apt-sources.mjs').AptSource[]>} */
async function readSystemSources() {
  const parts = await readdir('/etc/apt/sources.list.d').catch(() => []);
  const paths = ['/etc/apt/sources.list', ...parts.map((name) => join('/etc/apt/sources.list.d', name))];
  const sources = [];
  for (const path of paths) {
    const format = path.endsWith('.list') ? 'list' : path.endsWith('.sources') ? 'sources' : null;
    if (format === null || !existsSync(path)) continue;
    sources.push(...parseAptSources(await readFile(path, 'utf8'), format));
  }
  return sources;
}

/**
 * @param {string} workDir
 * @param {import('./apt-sources.mjs').AptSource} mirror
 * @param {string} suite
 * @param {string} packageName
 * @returns {Promise<string>} the folder it was unpacked into
 */
async function downloadAndUnpack(workDir, mirror, suite, packageName) {
  const suiteDir = join(workDir, suite);
  const downloadDir = join(suiteDir, 'download');
  const unpackedDir = join(suiteDir, 'unpacked');
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'download', 'unpacked']) {
    await mkdir(join(suiteDir, folder), { recursive: true });
  }
  const configPath = await writeAptConfig(suiteDir, mirror, suite);
  const options = { cwd: downloadDir, timeout: FETCH_TIMEOUT_MS, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  await run('apt-get', ['-c', configPath, '-q', 'update', '--error-on=any'], options);
  await run('apt-get', ['-c', configPath, '-q', 'download', `${packageName}/${suite}`], options);
  const fileName = (await readdir(downloadDir)).find((name) => name.endsWith('.deb'));
  if (fileName === undefined) throw new Error('apt-get download left no package');
  await run('dpkg-deb', ['-x', join(downloadDir, fileName), unpackedDir], options);
  return unpackedDir;
}

/**
 * @param {string} suiteDir
 * @param {import('./apt-sources.mjs').AptSource} mirror
 * @param {string} suite
 */
async function writeAptConfig(suiteDir, mirror, suite) {
  const signedBy = mirror.signedBy === null ? '' : `[signed-by=${mirror.signedBy}] `;
  await writeFile(join(suiteDir, 'sources.list'), `deb ${signedBy}${mirror.uri} ${suite} main\n`);
  const lines = [
    // The system's hooks after an update tidy the system's folders, and this update is not the system's.
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    `Dir::State "${suiteDir}/state";`,
    `Dir::State::Lists "${suiteDir}/state/lists";`,
    `Dir::Cache "${suiteDir}/cache";`,
    `Dir::Cache::Archives "${suiteDir}/cache/archives";`,
    `Dir::Etc::SourceList "${suiteDir}/sources.list";`,
    'Dir::Etc::SourceParts "/dev/null";',
    'Dir::Etc::Preferences "/dev/null";',
    'Dir::Etc::PreferencesParts "/dev/null";',
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
  ];
  const configPath = join(suiteDir, 'apt.conf');
  await writeFile(configPath, `${lines.join('\n')}\n`);
  return configPath;
}

/** @param {string} unpackedDir @param {string} targetDir */
async function moveIntoPlace(unpackedDir, targetDir) {
  try {
    await rename(unpackedDir, targetDir);
  } catch (error) {
    // Another run was first, and its copy is as good as this one.
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

/** @param {unknown} error */
function lastLine(error) {
  const text =
    error instanceof Error ? ('stderr' in error && String(error.stderr)) || error.message : String(error);
  return text.trim().split('\n').at(-1) ?? '';
}
