import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file that the pages load. Its name contains a hash of its content, so that browsers may cache it permanently. */
export interface PageAsset {
  name: string;
  contentType: string;
  body: Buffer;
  gzipped: Buffer;
}

const folder = join(import.meta.dirname, 'assets');
const pico = createRequire(import.meta.url).resolve('@picocss/pico/css/pico.min.css');
const shared = join(import.meta.dirname, '../../../styles/pages.css');

const styles = loadAsset('css', 'text/css; charset=utf-8', [pico, shared, join(folder, 'page.css')]);
const icon = loadAsset('svg', 'image/svg+xml', [join(folder, 'icon.svg')]);

export const pageAssets: readonly PageAsset[] = [styles, icon];

export const assetUrls = { styles: `/assets/${styles.name}`, icon: `/assets/${icon.name}` };

function loadAsset(extension: string, contentType: string, paths: readonly string[]): PageAsset {
  const body = Buffer.concat(paths.map((path) => readFileSync(path)));
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { name: `mock.${hash}.${extension}`, contentType, body, gzipped: gzipSync(body, { level: 9 }) };
}
