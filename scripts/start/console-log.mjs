const COLORS = {
  licensing: 32,
  hub: 34,
  mock: 35,
  nats: 36,
  'hub-nats': 36,
  register: 33,
  register2: 33,
  stack: 1,
};
const WIDTH = Math.max(...Object.keys(COLORS).map((name) => name.length));

/** Writes the lines of all processes, each with the name of its process; they wait while the stack starts. */
export class ConsoleLog {
  #isColorful;
  #write;
  /** @type {string[] | null} null: nothing is held back */
  #held = [];

  /** @param {{ isColorful: boolean, write: (text: string) => void }} options */
  constructor({ isColorful, write }) {
    this.#isColorful = isColorful;
    this.#write = write;
  }

  /** @param {string} name @param {string} line */
  showLine(name, line) {
    const text = `${this.#paint(name, name.padEnd(WIDTH))} | ${line}\n`;
    if (this.#held === null) this.#write(text);
    else this.#held.push(text);
  }

  /** Shows text at once, as it is. @param {string} text */
  showText(text) {
    this.#write(`${text}\n`);
  }

  /** Shows what was held back, and holds nothing back any more. */
  release() {
    for (const text of this.#held ?? []) this.#write(text);
    this.#held = null;
  }

  /** @param {string} name @param {string} text */
  #paint(name, text) {
    const color = Object.entries(COLORS).find(([known]) => known === name)?.[1];
    return this.#isColorful && color !== undefined ? `\u001B[${color}m${text}\u001B[0m` : text;
  }
}
