import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Checks the e-mail address and the password of the only account, by a scrypt hash. */
export class LoginCheck {
  readonly #email: string;
  readonly #password: string;
  readonly #salt = randomBytes(16);
  /** Computed at the first login, because the hash takes longer than the rest of the start. */
  #hash: Promise<Buffer> | undefined;

  constructor(email: string, password: string) {
    this.#email = email.toLowerCase();
    this.#password = password;
  }

  /** Takes the same time for a wrong address and a wrong password, so that the time reveals neither. */
  async isRight(email: string, password: string): Promise<boolean> {
    this.#hash ??= derive(this.#password, this.#salt, 32);
    const isPassword = timingSafeEqual(await derive(password, this.#salt, 32), await this.#hash);
    return isPassword && email.trim().toLowerCase() === this.#email;
  }
}
