import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

/** A file that pages load. Its name contains a hash of its content, so that browsers may cache it permanently. */
export interface PageAsset {
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
}

const folder = join(import.meta.dirname, 'assets');
const pico = createRequire(import.meta.url).resolve('@picocss/pico/css/pico.min.css');
const shared = join(import.meta.dirname, '../../styles/pages.css');

const styles = loadAsset('page', 'css', 'text/css; charset=utf-8', [pico, shared, join(folder, 'page.css')]);
const script = loadAsset('page', 'js', 'text/javascript; charset=utf-8', [join(folder, 'page.js')]);
const icon = loadAsset('icon', 'svg', 'image/svg+xml', [join(folder, 'icon.svg')]);

export const pageAssets: ReadonlyMap<string, PageAsset> = new Map(
  [styles, script, icon].map((asset) => [asset.name, asset]),
);

export const assetUrls = {
  styles: `/assets/${styles.name}`,
  script: `/assets/${script.name}`,
  icon: `/assets/${icon.name}`,
} as const;

function loadAsset(
  stem: string,
  extension: string,
  contentType: string,
  paths: readonly string[],
): PageAsset {
  const body = Buffer.concat(paths.map((path) => readFileSync(path)));
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  const gzipped = gzipSync(body, { level: constants.Z_BEST_COMPRESSION });
  return { name: `${stem}.${hash}.${extension}`, contentType, body, gzipped };
}
