/** Shows the current step in one line of a terminal. */
export class Progress {
  #out;

  /** @param {NodeJS.WriteStream} out */
  constructor(out) {
    this.#out = out;
  }

  /** @param {string} text */
  show(text) {
    if (!this.#out.isTTY) return;
    this.clear();
    this.#out.write(text.slice(0, this.#out.columns - 1));
  }

  clear() {
    if (this.#out.isTTY) this.#out.write('\r\u001b[K');
  }
}
