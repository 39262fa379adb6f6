import { createCipheriv, createDecipheriv, createHmac, type Hmac, hkdfSync, randomBytes } from 'node:crypto';

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** An encrypted value cannot be decrypted: the key is wrong, or the value was moved or changed. */
export class UnsealError extends Error {
  readonly code = 'cannot-unseal';

  constructor(context: string, cause: unknown) {
    super(
      `The secret in ${context} cannot be decrypted. Was ENCRYPTION_KEY (or the file "encryption-key" in DATA_DIR) ` +
        'replaced? Put back the key of this database, or restore both from one backup.',
      { cause },
    );
    this.name = 'UnsealError';
  }
}

/** Encrypts stored secrets with AES-256-GCM and authenticates the place where each is stored. */
export class SecretBox {
  constructor(private readonly key: Buffer) {
    if (key.length !== 32) throw new Error('The encryption key must have 32 bytes.');
  }

  /** @param context table and column, so that a value cannot be moved to another place */
  seal(context: string, value: unknown): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(context));
    const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
  }

  /** @throws UnsealError */
  open(context: string, sealed: string): unknown {
    try {
      const [, body = ''] = sealed.split('.');
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
      return JSON.parse(text.toString('utf8'));
    } catch (error) {
      throw new UnsealError(context, error);
    }
  }

  /** Returns an HMAC that authenticates a backup. Its key is derived, so that no two algorithms share one. */
  createBackupHmac(): Hmac {
    return createHmac('sha256', Buffer.from(hkdfSync('sha256', this.key, '', 'pos-licensing backup', 32)));
  }
}
