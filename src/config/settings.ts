import type { LicensePolicy } from '../licensing/domain/license.js';

/** The settings of this process, checked and in the shapes that the code works with. */
export class Settings {
  readonly host!: string;
  readonly port!: number;
  /** Holds the database, keys and the first admin token; absolute. */
  readonly dataDir!: string;
  readonly databasePath!: string;
  readonly authorizationServer!: { readonly issuer: URL; readonly isInsecureAllowed: boolean };
  readonly nats!: { readonly url: string; readonly user: string | null; readonly password: string | null };
  readonly adminToken!: string | null;
  /** 32 bytes in base64; null: kept in a file in `dataDir`. */
  readonly encryptionKey!: string | null;
  readonly policy!: LicensePolicy;
  readonly hasDocs!: boolean;
  readonly logLevel!: 'error' | 'warn' | 'info' | 'debug';
  readonly logFormat!: 'pretty' | 'json';
}
