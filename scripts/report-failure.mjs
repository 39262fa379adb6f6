/**
 * Ends this process with a message alone where the failure is one that we foresaw, which has a code of ours, and with
 * the stack where it is a surprise.
 * @param {unknown} error
 * @returns {never}
 */
export function reportFailure(error) {
  const isForeseen = error instanceof Error && 'code' in error && /^[a-z-]+$/.test(String(error.code));
  console.error(isForeseen ? `\n${error.message}` : error);
  process.exit(1);
}
