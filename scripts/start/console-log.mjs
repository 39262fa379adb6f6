/** @type {Record<string, number>} */
const colors = {
  licensing: 32,
  hub: 34,
  mock: 35,
  nats: 36,
  'hub-nats': 36,
  register: 33,
  register2: 33,
  stack: 1,
};
const width = Math.max(...Object.keys(colors).map((name) => name.length));

/** Prints the lines of all processes, each with the name of its process. Holds them back while the stack starts. */
export class ConsoleLog {
  #isColorful;
  /** @type {string[] | null} `null` after the release */
  #held = [];

  /** @param {boolean} isColorful */
  constructor(isColorful) {
    this.#isColorful = isColorful;
  }

  /** @param {string} name @param {string} line */
  showLine(name, line) {
    const label = name.padEnd(width);
    const text = `${this.#isColorful ? `\u001B[${colors[name]}m${label}\u001B[0m` : label} | ${line}`;
    if (this.#held === null) this.showText(text);
    else this.#held.push(text);
  }

  /** Prints a text immediately. @param {string} text */
  showText(text) {
    process.stdout.write(`${text}\n`);
  }

  /** Prints the lines that were held back, and each later line immediately. */
  release() {
    for (const text of this.#held ?? []) this.showText(text);
    this.#held = null;
  }
}
