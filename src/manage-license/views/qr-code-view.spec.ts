import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { renderQrCode } from './qr-code-view.js';

const link = 'https://auth.example/device?user_code=WDJB-MJHT';

/** Draws the path of the dark modules: each of its parts is a run in a row. */
function draw(svg: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let step = 0; step < Number(length); step += 1) modules[Number(y)]![Number(x) + step] = true;
  }
  return modules;
}

describe('renderQrCode', () => {
  it('draws each dark module of the code, with the empty border that readers need', () => {
    const { data, size } = encode(link, { ecc: 'M', border: 4 });
    const { text } = renderQrCode(link, 'a name');
    expect(text).toContain(`viewBox="0 0 ${size} ${size}"`);
    expect(draw(text, size)).toEqual(data);
    expect(data.slice(0, 4).flat()).not.toContain(true);
  });

  it('has a name for people who cannot see it', () => {
    expect(renderQrCode(link, '"><b>').text).toMatch(/role="img"\s+aria-label="&#34;&#62;&#60;b&#62;"/);
  });
});
