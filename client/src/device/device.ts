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
import { readLicenseToken } from './read-license-token.js';
import { RefreshTimer } from './refresh-timer.js';
import { signHttpProof, signNatsProof } from './sign-proofs.js';

/** How soon to try again for a token whose life is not known. */
const LIFE_OF_UNREADABLE_TOKEN_MS = 86_400_000;

/** A grant whose token can be read. */
type UsableGrant = Grant & { readonly license: DeviceLicense };

/** A grant in use: what is stored, and what was made of it. */
interface Grant {
  readonly state: DeviceState;
  /** Null: the stored token cannot be read, and a refresh is to replace it. */
  readonly license: DeviceLicense | null;
  readonly key: DpopKey | null;
}

/** A register or server with a license token of its own, which it refreshes by itself. Made by {@link createDevice}. */
export class Device implements LicensedDevice {
  readonly clock = new DeviceClock();
  readonly #options: DeviceOptions;
  readonly #storage: DeviceStorage;
  readonly #server: AuthorizationServer;
  readonly #timer: RefreshTimer;
  readonly #stopping = new AbortController();
  #grant: Grant | null = null;
  /** Issued, but not stored yet: the refresh token in use is spent, and to ask again could end the grant. */
  #unsaved: UsableGrant | null = null;
  /** Whether the storage has not taken the present refresh token yet. */
  #isStorageBehind = false;
  #authorizing: Promise<void> | null = null;
  #refreshing: Promise<void> | null = null;

  constructor(options: DeviceOptions, issuer: URL, isInsecureAllowed: boolean) {
    const { clientId, storage } = options;
    this.#options = options;
    this.#storage = typeof storage === 'string' ? fileStorage(storage) : storage;
    this.#server = new AuthorizationServer({
      issuer,
      clientId,
      isInsecureAllowed,
      clock: this.clock,
      fetch: options.fetch ?? fetch,
    });
    this.#timer = new RefreshTimer(
      () => this.refresh(),
      () => this.clock.now(),
      (error, retryAt) => this.#tell({ kind: 'refresh-failed', error, retryAt }),
    );
  }

  /** Takes up the grant that was stored, if it is for this Authorization server and client. @throws DeviceError */
  async load(): Promise<void> {
    const state = await loadState(this.#storage);
    if (state === null || state.issuer !== this.#issuer || state.clientId !== this.#options.clientId) return;
    this.#grant = this.#useStored(state);
    this.#plan(this.#grant);
  }

  /** The device id, under which the Authorization server and the broker know it. @throws DeviceError `not-authorized` */
  get id(): string {
    return this.#presentUsable().license.deviceId;
  }

  get token(): string {
    return this.#presentUsable().state.token;
  }

  get license(): DeviceLicense | null {
    return this.#grant?.license ?? null;
  }

  /** Whether there is a token that has not ended. */
  get isAuthorized(): boolean {
    const { license } = this;
    return license !== null && this.clock.now() < license.tokenExpiresAt;
  }

  get isBound(): boolean {
    return this.#grant !== null && this.#grant.key !== null;
  }

  proofForNats(serverId: string, token = this.token): string | null {
    return signNatsProof(this.#present().key, token, serverId, this.clock.now());
  }

  proofForHttp(request: HttpProofRequest): string | null {
    return signHttpProof(this.#present().key, request.token ?? this.token, request, this.clock.now());
  }

  /**
   * Resolves when the device has a license token and the grant to refresh it; at once if it has them. Otherwise it gets a
   * user code, which is to be shown to a person, and waits until the person has entered it at the Authorization server.
   * @throws DeviceError
   */
  async authorize(onUserCode: (code: UserCode) => void | Promise<void>): Promise<void> {
    this.#authorizing ??= this.#authorize(onUserCode).finally(() => {
      this.#authorizing = null;
    });
    return this.#authorizing;
  }

  /** Gets a new token now; it happens by itself in time. @throws DeviceError */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Ends refreshing and waiting; the token stays usable until its end. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer.stop();
    await Promise.allSettled([this.#authorizing, this.#refreshing]);
  }

  get #issuer(): string {
    return new URL(this.#options.authServerUrl).href;
  }

  async #authorize(onUserCode: (code: UserCode) => void | Promise<void>): Promise<void> {
    if (this.#grant !== null && this.#grant.state.refreshToken !== null) {
      if (this.isAuthorized || (await this.#revive())) return;
    }
    const key = (await this.#server.offersDpop()) ? DpopKey.generate() : null;
    const code = await this.#server.requestUserCode();
    const expiresAt = new Date(Date.now() + code.expiresInSeconds * 1000);
    await onUserCode({ userCode: code.userCode, verificationUri: code.verificationUri, expiresAt });
    const tokens = await pollForTokens(this.#server, code, key, this.#stopping.signal);
    await this.#adopt(this.#use(this.#stateOf(tokens, tokens.refreshToken, key)), 'acquired');
  }

  /** Refreshes a token that has ended; false: the grant is dead, and a person is needed. */
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
    const { state, key } = this.#present();
    if (this.#stopping.signal.aborted) throw new DeviceError('stopped', 'The device was stopped.');
    if (state.refreshToken === null) throw new DeviceError('grant-dead', 'Authorize the device anew.');
    if (this.#isStorageBehind) await this.#store(state);
    this.#unsaved ??= await this.#ask(state.refreshToken, key);
    await this.#adopt(this.#unsaved, 'refreshed');
  }

  async #ask(refreshToken: string, key: DpopKey | null): Promise<UsableGrant> {
    let present = refreshToken;
    try {
      const tokens = await this.#server.refresh(refreshToken, key, (token) => (present = token));
      return this.#use(this.#stateOf(tokens, present, key));
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'grant-dead') await this.#bury(error);
      else if (present !== refreshToken) await this.#keepRefreshToken(present);
      throw error;
    }
  }

  /** The one that was sent is spent, although the license token beside the new one cannot be used. */
  async #keepRefreshToken(refreshToken: string): Promise<void> {
    const grant = this.#present();
    const state = { ...grant.state, refreshToken };
    this.#grant = { ...grant, state };
    await this.#store(state);
  }

  async #store(state: DeviceState): Promise<void> {
    this.#isStorageBehind = true;
    await saveState(this.#storage, state);
    this.#isStorageBehind = false;
  }

  /** A new refresh token is stored before it is used, or a crash in between would lose the grant. */
  async #adopt(grant: UsableGrant, kind: 'acquired' | 'refreshed'): Promise<void> {
    await saveState(this.#storage, grant.state);
    this.#grant = grant;
    this.#unsaved = null;
    this.#plan(grant);
    this.#tell({ kind, license: grant.license });
  }

  async #bury(error: DeviceError): Promise<void> {
    const { state, license, key } = this.#present();
    const dead = { ...state, refreshToken: null };
    this.#grant = { state: dead, license, key };
    this.#timer.stop();
    this.#tell({ kind: 'authorization-lost', error });
    await saveState(this.#storage, dead);
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

  /** @throws DeviceError if the token is not one of this kind of device and bound to its key */
  #use(state: DeviceState): UsableGrant {
    const license = readLicenseToken(state.token);
    const key = state.dpopKey && new DpopKey(state.dpopKey);
    if (`pos-${license.kind}` !== this.#options.clientId) {
      const message = `"${license.deviceName}" is a ${license.kind}: choose another device at the Authorization server.`;
      throw new DeviceError('wrong-device-kind', message);
    }
    if (key !== null && license.keyThumbprint !== key.thumbprint) {
      throw new DeviceError('token-not-acceptable', 'The license token is bound to another key.');
    }
    return { state, license, key };
  }

  #present(): Grant {
    if (this.#grant !== null) return this.#grant;
    throw new DeviceError('not-authorized', 'The device has no license token yet: authorize() acquires one.');
  }

  #presentUsable(): UsableGrant {
    const { license, ...grant } = this.#present();
    if (license !== null) return { ...grant, license };
    throw new DeviceError(
      'not-authorized',
      'The stored license token cannot be used: it is being refreshed.',
    );
  }

  #tell(change: DeviceChange): void {
    try {
      this.#options.onChange?.(change);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.emitWarning('onChange of a device failed.', { code: 'license-callback-failed', detail });
    }
  }
}
