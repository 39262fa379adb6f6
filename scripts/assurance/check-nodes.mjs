import { testNodes } from '../nodes/test-nodes.mjs';

/** The row of docs/assurance.md about the supported Node versions. */
export const nodesRow = 'M3';

/**
 * Runs what is committed on each supported Node, which shows itself how far it is.
 * @returns {Promise<import('./judge-row.mjs').Outcome>}
 */
export async function checkNodes() {
  const outcome = { name: nodesRow, missing: [] };
  try {
    return { ...outcome, verdict: 'green', figure: await testNodes(['--starts', '20']) };
  } catch (error) {
    console.error(error);
    return { ...outcome, verdict: 'failed', figure: 'see the output' };
  }
}
