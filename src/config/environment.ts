// class-transformer needs it to read the types of members and does not load it itself.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  Validate,
} from 'class-validator';
import { Type } from 'class-transformer';
import { durationPattern } from './duration.js';
import { pageLanguages } from './page-language.js';
import { PublicAddresses } from './public-addresses.js';
import { ProxyAddresses } from './proxy-addresses.js';

const duration = 'a duration such as 90s, 15m, 24h or 7d';
/** Anything but a PostgreSQL address whose user or password contains a character that would split the address. */
const databaseLogin =
  /^(?!postgres)|^\w+:\/\/((?:[^@/?#:%]|%[\da-f]{2})*(:(?:[^@/?#:%]|%[\da-f]{2})*)?@)?[^@]+$/i;
const durations = /^\d{1,6}[smhd](,\d{1,6}[smhd]){0,2}$/;

/** Defines the names, meanings, defaults and limits of all settings. docs/settings.md is generated from it. */
export class Environment {
  /** Address to listen on. */
  @MinLength(1, { message: 'HOST must be an address to listen on, such as 127.0.0.1' })
  HOST = '127.0.0.1';

  /** Port to listen on. */
  @Type(() => Number)
  @IsInt({ message: 'PORT must be a whole number from 0 to 65535' })
  @Min(0, { message: 'PORT must be a whole number from 0 to 65535' })
  @Max(65_535, { message: 'PORT must be a whole number from 0 to 65535' })
  PORT = 3000;

  /**
   * Addresses at which clients reach this service, separated by commas, such as `https://shop.example`, with a
   * path if a proxy serves it below one and strips that path. If set, a request for another host is refused
   * (421 `misdirected-request`), except for loopback names, `/auth/verify`, health and metrics. A DPoP proof
   * for this service must name one of these addresses. Links use the first.
   * @defaultValue none
   */
  @IsOptional()
  @Validate(PublicAddresses, {
    message:
      'PUBLIC_URL must be one or more http(s) addresses such as https://shop.example/licensing, separated by commas',
  })
  PUBLIC_URL?: string;

  /** Folder for the database, the encryption key and the first admin token. */
  @MinLength(1, { message: 'DATA_DIR must name a folder' })
  DATA_DIR = './data';

  /**
   * `sqlite:<path>`, or `postgres://<user>:<password>@<host>/<database>?sslmode=verify-full` if several processes share
   * the license. Without `sslmode=verify-full` it must be on this machine.
   * @defaultValue `licensing.sqlite` in `DATA_DIR`
   */
  @IsOptional()
  @Matches(/^(sqlite:.+|postgres(ql)?:\/\/\S+)$/, {
    message:
      'DATABASE_URL must be sqlite:<path of the file> or postgres://<user>:<password>@<host>/<database>',
  })
  @Matches(databaseLogin, {
    message:
      'DATABASE_URL must have special characters of its user and password percent-encoded, such as %40 for @, %25 for ' +
      '%, %2F for / and %3A for :',
  })
  DATABASE_URL?: string;

  /**
   * Permits a PostgreSQL on another machine without `sslmode=verify-full`. Only for a closed network, such as that of a
   * compose file: without TLS, the password and the audit trail can be read and changed on the way.
   */
  @IsIn(['on', 'off'], { message: 'ALLOW_INSECURE_DATABASE must be on or off' })
  ALLOW_INSECURE_DATABASE = 'off';

  /**
   * Issuer URL of the Authorization server, not the URL of its metadata. It must be `https` unless it is on this
   * machine.
   */
  @IsUrl(
    {
      protocols: ['http', 'https'],
      require_protocol: true,
      require_tld: false,
      allow_query_components: false,
    },
    { message: 'AUTH_SERVER_URL must be the http(s) URL of the Authorization server, without a query' },
  )
  AUTH_SERVER_URL = 'http://127.0.0.1:4000';

  /**
   * Describes the Authorization server: the name of a preset (`default`, `identityserver`, `openiddict`, `keycloak`,
   * `auth0`) or the path of a JSON file. See [authorization-servers.md](authorization-servers.md).
   */
  @MinLength(1, { message: 'AUTH_SERVER_PROFILE must be the name of a preset or the path of a file' })
  AUTH_SERVER_PROFILE = 'default';

  /**
   * Permits plain `http` to another machine. Only for a closed network, such as that of a compose file.
   */
  @IsIn(['on', 'off'], { message: 'ALLOW_INSECURE_AUTH_SERVER must be on or off' })
  ALLOW_INSECURE_AUTH_SERVER = 'off';

  /** Broker address, `nats://` or `tls://`. For a cluster, several addresses separated by commas. */
  @Matches(/^(nats|tls):\/\/[^\s,]+(,(nats|tls):\/\/[^\s,]+)*$/, {
    message: 'NATS_URL must be one or more addresses such as nats://127.0.0.1:4222, separated by commas',
  })
  NATS_URL = 'nats://127.0.0.1:4222';

  /**
   * Permits `nats://` to another machine, in `NATS_URL` and `HUB_NATS_URL`. Only for a closed network, such as that of a
   * compose file: without TLS, passwords and license tokens can be read.
   */
  @IsIn(['on', 'off'], { message: 'ALLOW_INSECURE_NATS must be on or off' })
  ALLOW_INSECURE_NATS = 'off';

  /**
   * User name of this service at the broker. Requires `NATS_PASSWORD`.
   * @defaultValue none
   */
  @IsOptional()
  @MinLength(1, { message: 'NATS_USER must not be empty' })
  NATS_USER?: string;

  /**
   * Password for `NATS_USER`.
   * @defaultValue none
   */
  @IsOptional()
  @MinLength(1, { message: 'NATS_PASSWORD must not be empty' })
  NATS_PASSWORD?: string;

  /**
   * User name under which this service answers the auth callout of the broker. Requires its password and
   * `NATS_ISSUER_SEED`. Without it, peers cannot log in with their license tokens.
   * @defaultValue none
   */
  @IsOptional()
  @MinLength(1, { message: 'NATS_CALLOUT_USER must not be empty' })
  NATS_CALLOUT_USER?: string;

  /**
   * Password for `NATS_CALLOUT_USER`.
   * @defaultValue none
   */
  @IsOptional()
  @MinLength(1, { message: 'NATS_CALLOUT_PASSWORD must not be empty' })
  NATS_CALLOUT_PASSWORD?: string;

  /**
   * Seed (`SA…`) of the account key that signs the user of each admitted peer. The broker knows the public
   * key.
   * @defaultValue none
   */
  @IsOptional()
  @Matches(/^SA[A-Z2-7]{56}$/, { message: 'NATS_ISSUER_SEED must be the seed of a NATS account (SA…)' })
  NATS_ISSUER_SEED?: string;

  /**
   * Seed (`SX…`) of the curve key that decrypts the requests of the auth callout, which contain license tokens. The broker
   * knows the public key (`xkey`). Without it, the broker must not have one.
   * @defaultValue none
   */
  @IsOptional()
  @Matches(/^SX[A-Z2-7]{56}$/, {
    message: 'NATS_CALLOUT_XKEY_SEED must be the seed of a NATS curve key (SX…)',
  })
  NATS_CALLOUT_XKEY_SEED?: string;

  /**
   * User name in the system account of the broker, to disconnect revoked peers. Requires `NATS_SYS_PASSWORD`.
   * @defaultValue none
   */
  @IsOptional()
  @MinLength(1, { message: 'NATS_SYS_USER must not be empty' })
  NATS_SYS_USER?: string;

  /**
   * Password for `NATS_SYS_USER`.
   * @defaultValue none
   */
  @IsOptional()
  @MinLength(1, { message: 'NATS_SYS_PASSWORD must not be empty' })
  NATS_SYS_PASSWORD?: string;

  /** Number of brokers in a cluster that store each event. */
  @Type(() => Number)
  @IsIn([1, 3, 5], { message: 'NATS_STREAM_REPLICAS must be 1, 3 or 5' })
  NATS_STREAM_REPLICAS = 1;

  /**
   * Broker of the hub, `nats://` or `tls://`. If set, this service also delivers its events there and logs in
   * with its own license token. Use `tls://` on any network that is not closed.
   * @defaultValue none
   */
  @IsOptional()
  // Without user and password: this service logs in with its license token, and the address is logged.
  @Matches(/^(nats|tls):\/\/[^\s@,]+$/, {
    message: 'HUB_NATS_URL must be an address such as tls://hub.example:4222',
  })
  HUB_NATS_URL?: string;

  /**
   * Secret for page and API. It takes precedence over the generated one, which is in `initial-admin-token` in
   * `DATA_DIR`.
   * @defaultValue generated at the first start
   */
  @IsOptional()
  @MinLength(16, { message: 'ADMIN_TOKEN must have at least 16 characters' })
  @MaxLength(256, { message: 'ADMIN_TOKEN must have at most 256 characters' })
  ADMIN_TOKEN?: string;

  /**
   * Key for the secrets in the database (`openssl rand -base64 32`). The generated one is in `encryption-key`
   * in `DATA_DIR`. Without its key, the secrets in a backup are lost. Processes that share a PostgreSQL
   * database need the same key.
   * @defaultValue generated at the first start
   */
  @IsOptional()
  @Matches(/^[A-Za-z0-9+/_-]{43}=?$/, {
    message: 'ENCRYPTION_KEY must be 32 bytes in base64, as printed by: openssl rand -base64 32',
  })
  ENCRYPTION_KEY?: string;

  /** Number of days before the renewal date at which the status becomes `requires-renewal`. */
  @Type(() => Number)
  @IsInt({ message: 'RENEWAL_WARNING_DAYS must be a whole number of days from 0 to 3650' })
  @Min(0, { message: 'RENEWAL_WARNING_DAYS must be a whole number of days from 0 to 3650' })
  @Max(3650, { message: 'RENEWAL_WARNING_DAYS must be a whole number of days from 0 to 3650' })
  RENEWAL_WARNING_DAYS = 30;

  /**
   * When to warn before the token ends, longest first. Each threshold is capped at a quarter, an eighth and a
   * twentieth of the token lifetime, so a server that refreshes on time never warns.
   */
  @Matches(durations, {
    message: `TOKEN_WARNINGS must be one to three durations, separated by commas, such as 48h,24h,6h`,
  })
  TOKEN_WARNINGS = '48h,24h,6h';

  /**
   * Longest time between two refreshes. A token with a short lifetime is refreshed when 50–70 % of it has
   * passed.
   */
  @Matches(durationPattern, { message: `REFRESH_INTERVAL must be ${duration}` })
  REFRESH_INTERVAL = '24h';

  /**
   * Proxy for https calls to the Authorization server and to `WEBHOOK_URL`, such as `http://proxy.shop:3128`. The names in lower
   * case (`https_proxy`, `http_proxy`, `no_proxy`) work, too.
   * @defaultValue none
   */
  @IsOptional()
  @Matches(/^https?:\/\/\S+$/, { message: 'HTTPS_PROXY must be the http(s) URL of the proxy' })
  HTTPS_PROXY?: string;

  /**
   * The same for http calls.
   * @defaultValue none
   */
  @IsOptional()
  @Matches(/^https?:\/\/\S+$/, { message: 'HTTP_PROXY must be the http(s) URL of the proxy' })
  HTTP_PROXY?: string;

  /**
   * Hosts to call without the proxy, separated by commas.
   * @defaultValue none
   */
  @IsOptional()
  @MaxLength(2048, { message: 'NO_PROXY must be a list of hosts, separated by commas' })
  NO_PROXY?: string;

  /**
   * Addresses and networks of proxies whose `X-Forwarded-*` headers are trusted. These headers decide the
   * client address in the audit trail and whether the session cookie is `Secure`.
   * @defaultValue none
   */
  @IsOptional()
  @Validate(ProxyAddresses, {
    message: 'TRUST_PROXY must be addresses of proxies, separated by commas, such as 127.0.0.1,10.0.0.0/8',
  })
  TRUST_PROXY?: string;

  /** Access to `/metrics`: `open` for anyone, `admin` with the admin token, `off` for nobody. */
  @IsIn(['open', 'admin', 'off'], { message: 'METRICS_ACCESS must be open, admin or off' })
  METRICS_ACCESS = 'open';

  /** `off` hides `/docs` and `/openapi.json`. */
  @IsIn(['on', 'off'], { message: 'DOCS must be on or off' })
  DOCS = 'on';

  /** Language of the pages: `en`, `es`, or `auto` for the one that the browser of each person prefers. */
  @IsIn([...pageLanguages, 'auto'], { message: 'PAGE_LANGUAGE must be en, es or auto' })
  PAGE_LANGUAGE = 'auto';

  /**
   * Address of your copy of [operations.md](operations.md), such as `https://wiki.example/operations`. `/health` and the doctor
   * then link a fault to its section there.
   * @defaultValue none
   */
  @IsOptional()
  @Matches(/^https?:\/\/[^\s#]+$/, {
    message: 'RUNBOOK_URL must be an http(s) URL without #, such as https://wiki.example/operations',
  })
  RUNBOOK_URL?: string;

  /**
   * Address that receives the `license.status` event when registers of this server can sell or no longer can, or when the reason
   * changes: `POST`, `application/cloudevents+json`. It must be `https` unless it is on this machine. See
   * [events.md](events.md#webhook).
   * @defaultValue none
   */
  @IsOptional()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false, disallow_auth: true },
    { message: 'WEBHOOK_URL must be an http(s) URL without user and password' },
  )
  WEBHOOK_URL?: string;

  /**
   * Key with which each call is signed: `Webhook-Signature: sha256=<HMAC-SHA-256 of the body in hex>`.
   * @defaultValue none
   */
  @IsOptional()
  @MinLength(16, { message: 'WEBHOOK_SECRET must have at least 16 characters' })
  WEBHOOK_SECRET?: string;

  /** Least severe level that is logged. */
  @IsIn(['error', 'warn', 'info', 'debug'], { message: 'LOG_LEVEL must be error, warn, info or debug' })
  LOG_LEVEL = 'info';

  /**
   * Format of the log.
   * @defaultValue `pretty` on a terminal, `json` otherwise
   */
  @IsOptional()
  @IsIn(['pretty', 'json'], { message: 'LOG_FORMAT must be pretty or json' })
  LOG_FORMAT?: string;
}

/** Settings that can also be read from a file named by `<NAME>_FILE`. */
export const secretNames = [
  'ADMIN_TOKEN',
  'ENCRYPTION_KEY',
  'NATS_PASSWORD',
  'NATS_CALLOUT_PASSWORD',
  'NATS_ISSUER_SEED',
  'NATS_CALLOUT_XKEY_SEED',
  'NATS_SYS_PASSWORD',
  'DATABASE_URL',
  // Its path is often the only protection of the receiver.
  'WEBHOOK_URL',
  'WEBHOOK_SECRET',
] as const;
