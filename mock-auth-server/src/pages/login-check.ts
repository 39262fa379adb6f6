import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Checks e-mail address and password of the one person who may log in; of the password it keeps only a scrypt hash. */
export class LoginCheck {
  readonly #email: string;
  readonly #salt = randomBytes(16);
  /** A promise, because the start of the server need not wait for what is slow by design. */
  readonly #hash: Promise<Buffer>;

  constructor(email: string, password: string) {
    this.#email = email.toLowerCase();
    this.#hash = derive(password, this.#salt, 32);
  }

  /** Takes as long for a wrong address as for a wrong password, so that the time tells nothing. */
  async isRight(email: string, password: string): Promise<boolean> {
    const isPassword = timingSafeEqual(await derive(password, this.#salt, 32), await this.#hash);
    return isPassword && email.trim().toLowerCase() === this.#email;
  }
}
