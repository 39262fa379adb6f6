import { toTable } from './to-table.mjs';

/**
 * Describes the subjects on the broker.
 * @param {{ channels: Record<string, { address: string, title: string, 'x-stream'?: string }> }} asyncApi docs/asyncapi.yaml
 */
export function describeChannels({ channels }) {
  const rows = Object.values(channels).map(({ address, title, 'x-stream': stream }) => [
    `\`${address}\``,
    title,
    stream === undefined ? 'request' : `event, stream \`${stream}\``,
  ]);
  return toTable(['subject', 'content', 'kind'], rows);
}
