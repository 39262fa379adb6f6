import { encode } from 'uqr';
import { html, type Html } from '../html.js';

/** The empty border that readers of QR codes need, in modules. */
const border = 4;

/** Renders a text as a QR code: one path of the dark modules on a light square, in both themes. */
export function renderQrCode(text: string, name: string): Html {
  const { data, size } = encode(text, { ecc: 'M', border });
  const path = data.flatMap((row, y) =>
    runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  return html`<svg
    class="qr-code"
    viewBox="0 0 ${size} ${size}"
    role="img"
    aria-label="${name}"
    shape-rendering="crispEdges"
  >
    <rect width="${size}" height="${size}" fill="#fff" />
    <path d="${path.join('')}" fill="#000" />
  </svg>`;
}

/** Returns the start and the length of each run of dark modules in a row. */
function runsOf(row: readonly boolean[]): [x: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((isDark, x) => {
    const last = runs.at(-1);
    if (!isDark) return;
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
