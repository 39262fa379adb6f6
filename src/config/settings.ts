import type { LicensePolicy } from '../domain/license.js';
import type { Profile } from '../domain/profile.js';

/** SQLite for one process on one machine; PostgreSQL where several share the license. */
export type DatabaseSettings =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

/** A user of the broker. */
export interface BrokerLogin {
  readonly user: string;
  readonly password: string;
}

/** The settings of this process, checked and in the shapes that the code works with. */
export class Settings {
  readonly host!: string;
  readonly port!: number;
  /** Holds the database, keys and the first admin token; absolute. */
  readonly dataDir!: string;
  readonly database!: DatabaseSettings;
  readonly authorizationServer!: {
    readonly issuer: URL;
    readonly isInsecureAllowed: boolean;
    readonly profile: Profile;
  };
  /** For calls to the Authorization server; `exceptions` is a list of hosts as in NO_PROXY. */
  readonly proxy!: {
    readonly https: string | null;
    readonly http: string | null;
    readonly exceptions: string | null;
  };
  readonly nats!: {
    /** Of a cluster several, separated by commas. */
    readonly url: string;
    /** On how many brokers of a cluster each event is stored. */
    readonly streamReplicas: number;
    /** Null: the broker lets this service in without one. */
    readonly login: BrokerLogin | null;
    /** As whom the broker asks who may come in, and the seed of the account whose key it trusts; null: it does not ask. */
    readonly callout: (BrokerLogin & { readonly issuerSeed: string }) | null;
    /** The broker's system account, to end connections; null: they end with their tokens only. */
    readonly sys: BrokerLogin | null;
    /** The broker of this server's hub; null: nothing is told there. */
    readonly hubUrl: string | null;
  };
  readonly adminToken!: string | null;
  /** 32 bytes in base64; null: kept in a file in `dataDir`. */
  readonly encryptionKey!: string | null;
  readonly policy!: LicensePolicy;
  /** Addresses and networks whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies!: string[];
  /** Who may read /metrics; `off`: there is no such route, and nothing is counted. */
  readonly metricsAccess!: 'open' | 'admin' | 'off';
  readonly hasDocs!: boolean;
  readonly logLevel!: 'error' | 'warn' | 'info' | 'debug';
  readonly logFormat!: 'pretty' | 'json';
}
