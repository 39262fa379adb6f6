import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Checks e-mail address and password of the one person who may log in; of the password it keeps only a scrypt hash. */
export class LoginCheck {
  readonly #email: string;
  readonly #salt: Buffer;
  readonly #hash: Buffer;

  private constructor(email: string, salt: Buffer, hash: Buffer) {
    this.#email = email;
    this.#salt = salt;
    this.#hash = hash;
  }

  static async create(email: string, password: string): Promise<LoginCheck> {
    const salt = randomBytes(16);
    return new LoginCheck(email.toLowerCase(), salt, await derive(password, salt, 32));
  }

  /** Takes as long for a wrong address as for a wrong password, so that the time tells nothing. */
  async isRight(email: string, password: string): Promise<boolean> {
    const isPassword = timingSafeEqual(await derive(password, this.#salt, 32), this.#hash);
    return isPassword && email.trim().toLowerCase() === this.#email;
  }
}
