import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readRows } from '../assurance/read-rows.mjs';
import { describeAssurance } from './describe-assurance.mjs';
import { describeChannels } from './describe-channels.mjs';
import { describeCommands } from './describe-commands.mjs';
import { describeDecisions } from './describe-decisions.mjs';
import { describeResults } from './describe-results.mjs';
import { describeRoutes } from './describe-routes.mjs';
import { describeSettings } from './describe-settings.mjs';
import { fillPage } from './fill-page.mjs';
import { shareWithClient } from './share-with-client.mjs';
import { fillAsyncApi, writeClientTypes } from './write-license-view.mjs';

/**
 * @typedef {object} Sources the code that the reference pages come from, as it was built or as a test loads it
 * @property {Parameters<typeof describeSettings>[0]} settings
 * @property {Parameters<typeof describeCommands>[0]} commandLine
 * @property {Parameters<typeof describeRoutes>[0] & { components: { schemas: { LicenseView: object } } }} openApi
 */

/**
 * Writes the generated blocks of all reference pages, and the files of the client library that come from the service. The text around the blocks is
 * written by hand and stays.
 * @param {Sources} sources
 * @param {string} rootDir of the repository
 * @returns {Promise<Map<string, string>>} the pages by their paths
 */
export async function generatePages({ settings, commandLine, openApi }, rootDir) {
  const read = (/** @type {string} */ path) => readFileSync(join(rootDir, path), 'utf8');
  const decisions = readdirSync(join(rootDir, 'docs/adr')).filter((name) => /^\d{4}-/.test(name));
  const [first, second] = readdirSync(join(rootDir, 'bench/results'))
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .slice(-2)
    .map((name) => /** @type {const} */ ([name.slice(0, -5), JSON.parse(read(`bench/results/${name}`))]));
  if (first === undefined || second === undefined) throw new Error('bench/results has no two results.');
  const blocks = {
    'docs/settings.md': { settings: describeSettings(settings) },
    'docs/http-api.md': { routes: describeRoutes(openApi) },
    'docs/events.md': { channels: describeChannels(parse(read('docs/asyncapi.yaml'))) },
    'docs/cli.md': describeCommands(commandLine),
    'docs/performance.md': { results: describeResults(first, second) },
    'docs/adr/README.md': {
      decisions: describeDecisions(decisions.map((name) => ({ name, text: read(`docs/adr/${name}`) }))),
    },
    'docs/assurance.md': describeAssurance(readRows(read('docs/assurance.yaml'))),
  };
  const pages = Object.entries(blocks).map(
    async ([path, contents]) => /** @type {const} */ ([path, await fillPage(path, read(path), contents)]),
  );
  const { LicenseView } = openApi.components.schemas;
  const asyncApi = 'docs/asyncapi.yaml';
  const clientTypes = 'client/src/license-view.ts';
  return new Map([
    ...(await Promise.all(pages)),
    [asyncApi, await fillAsyncApi(asyncApi, read(asyncApi), LicenseView)],
    [clientTypes, await writeClientTypes(clientTypes, LicenseView)],
    ...(await shareWithClient(rootDir, read)),
  ]);
}
