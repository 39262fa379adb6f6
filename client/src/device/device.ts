import type { DeviceKind } from '../shared/device-kind.js';
import type { Profile } from '../shared/profile.js';
import { AuthorizationServer, type IssuedTokens } from './authorization-server.js';
import { DeviceClock } from './device-clock.js';
import { DeviceError } from './device-error.js';
import type { DeviceLicense } from './device-license.js';
import type { DeviceChange, DeviceOptions, UserCode } from './device-options.js';
import { type DeviceState, loadState, saveState } from './device-state.js';
import type { DeviceStorage } from './device-storage.js';
import { DpopKey } from './dpop-key.js';
import { fileStorage } from './file-storage.js';
import type { HttpProofRequest, LicensedDevice } from './licensed-device.js';
import { pollForTokens } from './poll-for-tokens.js';
import { readIssuedToken } from './read-license-token.js';
import { RefreshTimer } from './refresh-timer.js';
import { signHttpProof, signNatsProof } from './sign-proofs.js';

/** How soon to try again for a token whose life is not known. */
const LIFE_OF_UNREADABLE_TOKEN_MS = 86_400_000;
const DEAD_GRANT_RETRY_MS = 3_600_000;

/** A grant whose token can be read. */
type UsableGrant = Grant & { readonly license: DeviceLicense };

/** A grant in use: its stored state and the values parsed from it. */
interface Grant {
  readonly state: DeviceState;
  /** Null: the stored token cannot be read, and a refresh is to replace it. */
  readonly license: DeviceLicense | null;
  readonly key: DpopKey | null;
}

/** A register or server that has its own license token and refreshes it. Create it with {@link createDevice}. */
export class Device implements LicensedDevice {
  readonly clock = new DeviceClock();
  readonly #options: DeviceOptions;
  readonly #storage: DeviceStorage;
  readonly #server: AuthorizationServer;
  readonly #timer: RefreshTimer;
  readonly #profile: Profile;
  readonly #kind: DeviceKind;
  readonly #stopping = new AbortController();
  #grant: Grant | null = null;
  /** A grant that was issued but not stored yet. Its predecessor is spent: another refresh could end the grant. */
  #unsaved: UsableGrant | null = null;
  /** Whether the storage has not taken the present refresh token yet. */
  #isStorageBehind = false;
  #authorizing: Promise<void> | null = null;
  #refreshing: Promise<void> | null = null;

  constructor(options: DeviceOptions, issuer: URL, isInsecureAllowed: boolean, profile: Profile) {
    const { clientId, storage } = options;
    this.#options = options;
    this.#profile = profile;
    this.#kind = clientId === 'pos-server' ? 'server' : 'register';
    this.#storage = typeof storage === 'string' ? fileStorage(storage) : storage;
    this.#server = new AuthorizationServer({
      issuer,
      clientId: profile.clientIds[this.#kind],
      profile,
      isInsecureAllowed,
      clock: this.clock,
      fetch: options.fetch ?? fetch,
    });
    this.#timer = new RefreshTimer(
      () => this.refresh(),
      () => this.clock.now(),
      (error, retryAt) => this.#callBack({ kind: 'refresh-failed', error, retryAt }),
    );
  }

  /**
   * Loads the stored grant, if it belongs to this Authorization server and client.
   * @throws DeviceError `storage-unusable`, `token-not-acceptable`, `wrong-device-kind`
   */
  async load(): Promise<void> {
    const state = await loadState(this.#storage);
    if (state === null || state.issuer !== this.#issuer || state.clientId !== this.#options.clientId) return;
    this.#grant = this.#useStored(state);
    this.#plan(this.#grant);
  }

  /** The device id at the Authorization server and at the broker. @throws DeviceError `not-authorized` */
  get id(): string {
    return this.#presentUsable().license.deviceId;
  }

  /** The current license token. @throws DeviceError `not-authorized` */
  get token(): string {
    return this.#presentUsable().state.token;
  }

  /** The license in the current token; `null` if there is no token. */
  get license(): DeviceLicense | null {
    return this.#grant?.license ?? null;
  }

  /** Whether the device has a token that has not ended. */
  get isAuthorized(): boolean {
    const { license } = this;
    return license !== null && this.clock.now() < license.tokenExpiresAt;
  }

  /** Whether the token is bound to a key (RFC 9449). */
  get isBound(): boolean {
    return this.#grant !== null && this.#grant.key !== null;
  }

  /** Returns a new proof for one connection to a server's broker; `null` if the token is not bound. */
  proofForNats(serverId: string, token = this.token): string | null {
    return signNatsProof(this.#present().key, token, serverId, this.clock.now());
  }

  /** Returns a new proof for one HTTP request (RFC 9449 section 4); `null` if the token is not bound. */
  proofForHttp(request: HttpProofRequest): string | null {
    return signHttpProof(this.#present().key, request.token ?? this.token, request, this.clock.now());
  }

  /**
   * Resolves when the device has a license token and a grant to refresh it: immediately if it has both. Otherwise it
   * requests a user code, passes it to `onUserCode`, and waits until a person enters it at the Authorization server.
   * @throws DeviceError with any code except `not-authorized` and `hub-unknown`
   */
  async authorize(onUserCode: (code: UserCode) => void | Promise<void>): Promise<void> {
    this.#authorizing ??= this.#authorize(onUserCode).finally(() => {
      this.#authorizing = null;
    });
    return this.#authorizing;
  }

  /**
   * Refreshes the token now, for example after a renewal. The device also refreshes it on a schedule.
   * @throws DeviceError `not-authorized`, `license-refused`, `grant-dead`, `wrong-device-kind`, `token-not-acceptable`,
   * `authorization-server-unreachable`, `authorization-server-refused`, `storage-unusable`, `stopped`
   */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Stops refreshing and polling, and resolves when no request is in progress. The token stays valid until its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer.stop();
    await Promise.allSettled([this.#authorizing, this.#refreshing]);
  }

  get #issuer(): string {
    return new URL(this.#options.authServerUrl).href;
  }

  async #authorize(onUserCode: (code: UserCode) => void | Promise<void>): Promise<void> {
    if (this.#grant !== null && !isDead(this.#grant) && (this.isAuthorized || (await this.#revive()))) return;
    const key = (await this.#server.wantsDpop()) ? DpopKey.generate() : null;
    const code = await this.#server.requestUserCode();
    const expiresAt = new Date(Date.now() + code.expiresInSeconds * 1000);
    await onUserCode({ userCode: code.userCode, verificationUri: code.verificationUri, expiresAt });
    const tokens = await pollForTokens(this.#server, code, key, this.#stopping.signal);
    await this.#adopt(this.#use(this.#stateOf(tokens, tokens.refreshToken, key)), 'acquired');
  }

  /** Refreshes a token that has ended; `false` if the grant is dead and a person must authorize the device. */
  async #revive(): Promise<boolean> {
    try {
      await this.refresh();
      return true;
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'grant-dead') return false;
      throw error;
    }
  }

  async #refresh(): Promise<void> {
    const grant = this.#present();
    const { state } = grant;
    if (this.#stopping.signal.aborted) throw new DeviceError('stopped', 'The device was stopped.');
    if (state.refreshToken === null) throw new DeviceError('grant-dead', 'Authorize the device again.');
    if (this.#isStorageBehind) await this.#store(state);
    const refreshed = this.#unsaved ?? (await this.#ask(grant, state.refreshToken));
    if (this.#grant !== grant) return;
    this.#unsaved = refreshed;
    await this.#adopt(refreshed, 'refreshed');
  }

  /** Sends a refresh token. Its answer counts only while the grant is in use: a person may authorize the device in that time. */
  async #ask(grant: Grant, refreshToken: string): Promise<UsableGrant> {
    const { key } = grant;
    let present = refreshToken;
    try {
      const tokens = await this.#server.refresh(refreshToken, key, (token) => (present = token));
      return this.#use(this.#stateOf(tokens, present, key));
    } catch (error) {
      if (this.#grant !== grant) throw error;
      if (error instanceof DeviceError && error.code === 'grant-dead') await this.#bury(grant, error);
      else if (present !== refreshToken) await this.#keepRefreshToken(grant, present);
      throw error;
    }
  }

  /** The one that was sent is spent, although the license token beside the new one cannot be used. */
  async #keepRefreshToken(grant: Grant, refreshToken: string): Promise<void> {
    const state = { ...grant.state, refreshToken, isGrantDead: false };
    this.#grant = { ...grant, state };
    await this.#store(state);
  }

  async #store(state: DeviceState): Promise<void> {
    this.#isStorageBehind = true;
    await saveState(this.#storage, state);
    this.#isStorageBehind = false;
  }

  /** Stores a new refresh token before it is used: otherwise a crash in between would lose the grant. */
  async #adopt(grant: UsableGrant, kind: 'acquired' | 'refreshed'): Promise<void> {
    await saveState(this.#storage, grant.state);
    this.#grant = grant;
    this.#unsaved = null;
    this.#plan(grant);
    this.#callBack({ kind, license: grant.license });
  }

  /** Keeps a dead grant and tries it slowly: an Authorization server that was restored may accept it again. */
  async #bury(grant: Grant, error: DeviceError): Promise<void> {
    this.#timer.retryIn(DEAD_GRANT_RETRY_MS);
    if (isDead(grant)) return;
    const state: DeviceState = { ...grant.state, isGrantDead: true };
    this.#grant = { ...grant, state };
    this.#callBack({ kind: 'authorization-lost', error });
    await saveState(this.#storage, state);
  }

  #plan({ state, license }: Grant): void {
    if (state.refreshToken === null || this.#stopping.signal.aborted) return;
    if (license === null) return this.#timer.plan(new Date(0), LIFE_OF_UNREADABLE_TOKEN_MS);
    const receivedAt = new Date(state.receivedAt);
    this.#timer.plan(receivedAt, license.tokenExpiresAt.getTime() - license.tokenIssuedAt.getTime());
  }

  #stateOf(tokens: IssuedTokens, refreshToken: string | null, key: DpopKey | null): DeviceState {
    return {
      version: 1,
      issuer: this.#issuer,
      clientId: this.#options.clientId,
      token: tokens.token,
      refreshToken,
      dpopKey: key && key.jwk,
      receivedAt: this.clock.now().toISOString(),
    };
  }

  /** A token that an earlier version took and this one cannot read must not cost the grant that is stored with it. */
  #useStored(state: DeviceState): Grant {
    try {
      return this.#use(state);
    } catch (error) {
      const isUnreadable = error instanceof DeviceError && error.code === 'token-not-acceptable';
      if (!isUnreadable || state.refreshToken === null) throw error;
      return { state, license: null, key: state.dpopKey && new DpopKey(state.dpopKey) };
    }
  }

  /** @throws DeviceError `token-not-acceptable`, or `wrong-device-kind` */
  #use(state: DeviceState): UsableGrant {
    const license = readIssuedToken(state.token, this.#profile, this.clock.now());
    const key = state.dpopKey && new DpopKey(state.dpopKey);
    if (license.kind !== this.#kind) {
      const message = `"${license.deviceName}" is a ${license.kind}: choose another device at the Authorization server.`;
      throw new DeviceError('wrong-device-kind', message);
    }
    if (license.keyThumbprint !== (key && key.thumbprint)) {
      throw new DeviceError('token-not-acceptable', 'The license token is bound to another key.');
    }
    return { state, license, key };
  }

  #present(): Grant {
    if (this.#grant !== null) return this.#grant;
    throw new DeviceError(
      'not-authorized',
      'The device has no license token. Call authorize() to acquire one.',
    );
  }

  #presentUsable(): UsableGrant {
    const { license, ...grant } = this.#present();
    if (license !== null) return { ...grant, license };
    throw new DeviceError(
      'not-authorized',
      'The stored license token cannot be used: it is being refreshed.',
    );
  }

  #callBack(change: DeviceChange): void {
    try {
      this.#options.onChange?.(change);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.emitWarning('The onChange callback failed.', { code: 'license-callback-failed', detail });
    }
  }
}

function isDead({ state }: Grant): boolean {
  return state.refreshToken === null || state.isGrantDead === true;
}
