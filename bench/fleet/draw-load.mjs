import { binMs, dayMs, hourMs } from './simulate-fleet.mjs';

const width = 860;
const height = 260;
const left = 64;
const right = 12;
const top = 34;
const bottom = 30;
const stepMs = hourMs / 2;
const fewestCalls = 1;

/**
 * Draws the calls of a fleet to the Authorization server as an SVG for a light or dark background. The scale is logarithmic,
 * because an outage would hide all else.
 * @param {object} picture
 * @param {string} picture.title
 * @param {Uint32Array} picture.calls in bins of 5 minutes
 * @param {Uint32Array} picture.grants
 * @param {number} picture.fromMs
 * @param {number} picture.toMs
 * @returns {string}
 */
export function drawLoad({ title, calls, grants, fromMs, toMs }) {
  const series = [calls, grants].map((bins) => perMinute(bins, fromMs, toMs));
  const most = 10 ** Math.ceil(Math.log10(Math.max(...series.flat())));
  const scale = new Scale(fromMs, toMs, most);
  const [callLine = '', grantLine = ''] = series.map((values) => drawLine(values, scale));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #57606a; }
  .title { font-weight: 600; fill: #1f2328; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .calls { fill: none; stroke: #bc4c00; stroke-width: 1.5; }
  .grants { fill: none; stroke: #0969da; stroke-width: 1.5; }
  .calls-key { fill: #bc4c00; }
  .grants-key { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #3d444d; }
    .calls { stroke: #f0883e; }
    .grants { stroke: #4493f8; }
    .calls-key { fill: #f0883e; }
    .grants-key { fill: #4493f8; }
  }
</style>
<text class="title" x="${left}" y="18">${title}</text>
<text class="calls-key" x="${width - 210}" y="18">calls a minute</text>
<text class="grants-key" x="${width - 110}" y="18">granted a minute</text>
${drawGrid(scale, fromMs, toMs, most)}
<path class="calls" d="${callLine}"/>
<path class="grants" d="${grantLine}"/>
</svg>
`;
}

/** Converts a time and a number of calls to a position in the picture. */
class Scale {
  /** @param {number} fromMs @param {number} toMs @param {number} most */
  constructor(fromMs, toMs, most) {
    this.fromMs = fromMs;
    this.lengthMs = toMs - fromMs;
    this.decades = Math.log10(most / fewestCalls);
  }

  /** @param {number} atMs */
  x(atMs) {
    return (left + ((atMs - this.fromMs) / this.lengthMs) * (width - left - right)).toFixed(1);
  }

  /** @param {number} calls */
  y(calls) {
    const decade = Math.log10(Math.max(calls, fewestCalls) / fewestCalls);
    return (height - bottom - (decade / this.decades) * (height - top - bottom)).toFixed(1);
  }
}

/** @param {Scale} scale @param {number} fromMs @param {number} toMs @param {number} most */
function drawGrid(scale, fromMs, toMs, most) {
  const lines = [];
  for (let calls = fewestCalls; calls <= most; calls *= 10) {
    const y = scale.y(calls);
    lines.push(`<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>`);
    lines.push(
      `<text x="${left - 8}" y="${y}" dy="4" text-anchor="end">${calls.toLocaleString('en')}</text>`,
    );
  }
  const days = Math.ceil((toMs - fromMs) / dayMs / 10);
  for (let atMs = fromMs; atMs <= toMs; atMs += days * dayMs) {
    lines.push(
      `<text x="${scale.x(atMs)}" y="${height - 10}" text-anchor="middle">day ${atMs / dayMs}</text>`,
    );
  }
  return lines.join('\n');
}

/** @param {readonly number[]} values @param {Scale} scale */
function drawLine(values, scale) {
  return values
    .map((value, index) => {
      const command = index === 0 ? 'M' : 'L';
      return `${command}${scale.x(scale.fromMs + (index + 0.5) * stepMs)} ${scale.y(value)}`;
    })
    .join('');
}

/** @param {Uint32Array} bins @param {number} fromMs @param {number} toMs @returns {number[]} one value per half hour */
function perMinute(bins, fromMs, toMs) {
  const size = stepMs / binMs;
  const values = [];
  for (let bin = fromMs / binMs; bin < toMs / binMs; bin += size) {
    const calls = bins.subarray(bin, bin + size).reduce((sum, count) => sum + count, 0);
    values.push(calls / (stepMs / 60_000));
  }
  return values;
}
