import type { LicensePolicy } from '../domain/license.js';
import type { Profile } from '../domain/profile.js';
import type { PageLanguage } from './page-language.js';

/** SQLite for one process; PostgreSQL if several processes share the license. */
export type DatabaseSettings =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** A user of the broker. */
export interface BrokerLogin {
  readonly user: string;
  readonly password: string;
}

/** The validated settings of this process, in the types that the code uses. */
export class Settings {
  readonly host!: string;
  readonly port!: number;
  /** The addresses at which clients reach this service; empty if any host is accepted. */
  readonly publicUrls!: readonly URL[];
  /** The absolute path of the folder with the database, keys and the first admin token. */
  readonly dataDir!: string;
  readonly database!: DatabaseSettings;
  readonly authorizationServer!: {
    readonly issuer: URL;
    readonly isInsecureAllowed: boolean;
    readonly profile: Profile;
  };
  /** For calls to the Authorization server; `exceptions` is the list of hosts in NO_PROXY. */
  readonly proxy!: {
    readonly https: string | null;
    readonly http: string | null;
    readonly exceptions: string | null;
  };
  readonly nats!: {
    /** For a cluster, several addresses separated by commas. */
    readonly url: string;
    /** The number of brokers that store each event. */
    readonly streamReplicas: number;
    /** `null` if the broker needs no login. */
    readonly login: BrokerLogin | null;
    /**
     * The login for the auth callout, the seed of the account key that signs its answers, and that of the curve key that
     * decrypts its requests; `null` without auth callout.
     */
    readonly callout:
      (BrokerLogin & { readonly issuerSeed: string; readonly xkeySeed: string | null }) | null;
    /** The system account of the broker, for disconnecting peers, or `null` if they stay until their tokens expire. */
    readonly sys: BrokerLogin | null;
    /** The broker of the hub, or `null` if no events are delivered there. */
    readonly hubUrl: string | null;
  };
  /** The only language of the pages, or `null` if the browser of each person chooses. */
  readonly pageLanguage!: PageLanguage | null;
  readonly adminToken!: string | null;
  /** 32 bytes in base64, or `null` if the key is a file in `dataDir`. */
  readonly encryptionKey!: string | null;
  readonly policy!: LicensePolicy;
  /** Addresses and networks whose `X-Forwarded-*` headers are trusted. */
  readonly trustedProxies!: string[];
  /** Access to /metrics; `off` removes the route and counts nothing. */
  readonly metricsAccess!: 'open' | 'admin' | 'off';
  readonly hasDocs!: boolean;
  /** The address of the runbook, or `null` if nothing links to it. */
  readonly runbookUrl!: string | null;
  /** The receiver of changes of the standing, and the key of the signature; `null` if there is none. */
  readonly webhook!: { readonly url: string; readonly secret: string | null } | null;
  /** The settings that differ from their defaults, as texts for the log. */
  readonly changed!: readonly string[];
  readonly logLevel!: 'error' | 'warn' | 'info' | 'debug';
  readonly logFormat!: 'pretty' | 'json';
}
