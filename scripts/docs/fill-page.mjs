import { format, resolveConfig } from 'prettier';

/**
 * Replaces the generated blocks of a page.
 * @param {string} path
 * @param {string} page
 * @param {Record<string, string>} contents by the names of the blocks
 */
export async function fillPage(path, page, contents) {
  let text = page;
  for (const [name, content] of Object.entries(contents)) {
    const block = new RegExp(`(<!-- generated: ${name} -->\n)[^]*?(<!-- end -->)`);
    if (!block.test(text)) throw new Error(`${path} has no block <!-- generated: ${name} -->`);
    text = text.replace(block, (_all, start, end) => `${start}\n${content}\n\n${end}`);
  }
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
