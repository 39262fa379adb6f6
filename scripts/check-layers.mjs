import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The folders of src/ from the bottom up: a file imports only from its own folder and from those before it. */
const layers = [
  'domain',
  'config',
  'logging',
  'clock',
  'events',
  'coordination',
  'persistence',
  'http',
  'admin',
  'metrics',
  'oauth',
  'peers/tokens',
  'peers',
  'licensing',
  'messaging',
  'outbox',
  'peer-registry',
  'hub',
  'backup',
  'manage-license',
  'health',
  'cli',
];
/** Folders that import no code from Nest, TypeORM, NATS or the environment. */
const pure = ['domain', 'peers/tokens'];
const purePackages = /^node:(crypto|zlib)$/;

const sourceDir = join(import.meta.dirname, '../src');
const importPattern = /^(?:import|export)( type)?\b[^;'=(]*from '([^']+)'|\bimport\('([^']+)'\)/gm;

/** @param {string} path relative to src/ @returns {string | undefined} undefined for the entry files in src/ itself */
function layerOf(path) {
  return layers.find((layer) => path.startsWith(`${layer}/`));
}

/** @param {string} file relative to src/ @returns {string[]} the faults of its imports */
function checkFile(file) {
  const layer = layerOf(file);
  if (layer === undefined)
    return file.includes('/')
      ? [`${file} is in a folder without a layer: add it to scripts/check-layers.mjs`]
      : [];
  return [...readFileSync(join(sourceDir, file), 'utf8').matchAll(importPattern)].flatMap(
    ([, isType, fixed, dynamic]) => {
      const target = fixed ?? dynamic ?? '';
      if (!target.startsWith('.')) {
        return pure.includes(layer) && isType === undefined && !purePackages.test(target)
          ? [`${file} imports ${target}, but src/${layer}/ is pure`]
          : [];
      }
      const path = normalize(join(dirname(file), target));
      const targetLayer = layerOf(path);
      return targetLayer === undefined || layers.indexOf(targetLayer) > layers.indexOf(layer)
        ? [`${file} imports ${path}, which is in a layer above src/${layer}/`]
        : [];
    },
  );
}

const files = readdirSync(sourceDir, { recursive: true, encoding: 'utf8' });
const faults = files.filter((file) => /(?<!\.spec)\.ts$/.test(file)).flatMap(checkFile);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
