import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { selectSources } from './select-sources.mjs';

const run = promisify(execFile);

const fetchTimeoutMs = 300_000;

/**
 * Unpacks a Debian package into `cacheDir/<its name>`, without root, without installing it, and without a change of the
 * system's apt: lists, state, sources and downloads are in a temporary folder. Concurrent calls are safe: each unpacks into
 * its own folder, and the first rename counts.
 * @param {string} packageName
 * @param {string} cacheDir
 * @param {string[]} [suites] that have the package in a version that is new enough; default: the suite of this machine
 * @returns {Promise<{ isFetched: true } | { isFetched: false, reason: string }>}
 */
export async function fetchWithApt(packageName, cacheDir, suites) {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME="?([a-z]+)/m.exec(release)?.[1];
  if (!/^ID="?debian"?$/m.test(release) || codename === undefined)
    return { isFetched: false, reason: 'this is not Debian' };
  await mkdir(cacheDir, { recursive: true });
  const workDir = await mkdtemp(join(cacheDir, 'fetch-'));
  let reason = '';
  try {
    for (const suite of suites ?? [codename]) {
      try {
        const unpackedDir = await downloadAndUnpack(join(workDir, suite), { codename, suite }, packageName);
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
 * @param {string} suiteDir
 * @param {{ codename: string, suite: string }} release
 * @param {string} packageName
 * @returns {Promise<string>} the folder with the unpacked package
 */
async function downloadAndUnpack(suiteDir, release, packageName) {
  const downloadDir = join(suiteDir, 'download');
  const unpackedDir = join(suiteDir, 'unpacked');
  const folders = ['state/lists/partial', 'cache/archives/partial', 'sources', 'download', 'unpacked'];
  for (const folder of folders) await mkdir(join(suiteDir, folder), { recursive: true });
  await writeSources(join(suiteDir, 'sources'), release);
  const configPath = await writeAptConfig(suiteDir);
  const options = { cwd: downloadDir, timeout: fetchTimeoutMs, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  await run('apt-get', ['-c', configPath, '-q', 'update', '--error-on=any'], options);
  await run('apt-get', ['-c', configPath, '-q', 'download', `${packageName}/${release.suite}`], options);
  const fileName = (await readdir(downloadDir)).find((name) => name.endsWith('.deb'));
  if (fileName === undefined) throw new Error('apt-get download left no package');
  await run('dpkg-deb', ['-x', join(downloadDir, fileName), unpackedDir], options);
  return unpackedDir;
}

/** Copies the sources of this machine for the suite. @param {string} folder @param {{ codename: string, suite: string }} release */
async function writeSources(folder, release) {
  const parts = await readdir('/etc/apt/sources.list.d').catch(() => []);
  for (const path of ['/etc/apt/sources.list', ...parts.map((name) => `/etc/apt/sources.list.d/${name}`)]) {
    if (!/\.(list|sources)$/.test(path)) continue;
    const text = await readFile(path, 'utf8').catch(() => '');
    const selected = selectSources(text, { ...release, isList: path.endsWith('.list') });
    if (selected !== '') await writeFile(join(folder, basename(path)), `${selected}\n`);
  }
  if ((await readdir(folder)).length === 0)
    throw new Error(`the sources of apt have no mirror for ${release.codename}`);
}

/** @param {string} suiteDir */
async function writeAptConfig(suiteDir) {
  const lines = [
    // The hooks clean the folders of the system, which this update does not use.
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    `Dir::State "${suiteDir}/state";`,
    `Dir::State::Lists "${suiteDir}/state/lists";`,
    `Dir::Cache "${suiteDir}/cache";`,
    `Dir::Cache::Archives "${suiteDir}/cache/archives";`,
    'Dir::Etc::SourceList "/dev/null";',
    `Dir::Etc::SourceParts "${suiteDir}/sources";`,
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
    // Another process was first.
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
