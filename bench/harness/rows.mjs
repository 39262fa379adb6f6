import { readLicense } from '../rows/read-license.mjs';
import { readPage } from '../rows/read-page.mjs';

/** In the order in which they run. @type {readonly import('./row.mjs').Row[]} */
export const rows = [readLicense, readPage];
