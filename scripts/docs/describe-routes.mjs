import { toTable } from './to-table.mjs';

/**
 * @typedef {object} Operation
 * @property {string} [summary]
 * @property {readonly { name: string, in: string }[]} [parameters]
 * @property {Record<string, { description?: string }>} responses
 */

/** Describes the routes of the service. @param {{ paths?: Record<string, Record<string, Operation>> }} openApi its own description */
export function describeRoutes({ paths = {} }) {
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [
      `\`${method.toUpperCase()} ${path}\`${describeQuery(operation)}`,
      operation.summary ?? '',
      Object.entries(operation.responses)
        // Every route of the API has it; the page mentions it once.
        .filter(([status]) => status !== '401')
        .map(([status, { description = '' }]) => describeAnswer(status, path, description))
        .join('; '),
    ]),
  );
  return toTable(['route', 'what it does', 'answers'], rows);
}

/** @param {Operation} operation */
function describeQuery({ parameters = [] }) {
  const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => `\`${name}\``);
  return names.length === 0 ? '' : `<br>query: ${names.join(', ')}`;
}

/** @param {string} status @param {string} path @param {string} description of an error: its problem codes, then a remark */
function describeAnswer(status, path, description) {
  // Terminus describes both in the same words for every check.
  if (path.startsWith('/health')) return status;
  if (status < '400') return description ? `${status} (${description})` : status;
  const [codes = '', remark] = description.split(/: (.*)/);
  const shown = codes.split(', ').map((code) => `\`${code}\``);
  return `${status} ${shown.join(', ')}${remark === undefined ? '' : ` (${remark})`}`;
}
