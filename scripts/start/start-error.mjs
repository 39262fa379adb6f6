/** The stack cannot be started, or cannot go on; the message names the cure. */
export class StartError extends Error {
  name = 'StartError';

  /**
   * @param {'bad-settings' | 'port-in-use' | 'data-dir-in-use' | 'data-dir-unusable' | 'not-built' | 'process-failed' | 'hub-not-licensed'} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
}
