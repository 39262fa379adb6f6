import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Checks the e-mail address and the password of the only account. It keeps only a scrypt hash of the password. */
export class LoginCheck {
  readonly #email: string;
  readonly #salt = randomBytes(16);
  /** A promise, so that the start of the server does not wait for the slow hash. */
  readonly #hash: Promise<Buffer>;

  constructor(email: string, password: string) {
    this.#email = email.toLowerCase();
    this.#hash = derive(password, this.#salt, 32);
  }

  /** Takes the same time for a wrong address and a wrong password, so that the time reveals neither. */
  async isRight(email: string, password: string): Promise<boolean> {
    const isPassword = timingSafeEqual(await derive(password, this.#salt, 32), await this.#hash);
    return isPassword && email.trim().toLowerCase() === this.#email;
  }
}
