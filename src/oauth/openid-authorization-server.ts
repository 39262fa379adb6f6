import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import {
  genericGrantRequest,
  initiateDeviceAuthorization,
  refreshTokenGrant,
  ResponseBodyError,
  tokenRevocation,
} from 'openid-client';
import { toPlainText } from '../domain/claim-values.js';
import {
  AuthorizationServer,
  type DeviceCodeAnswer,
  type GrantSecrets,
  type IssuedDeviceCode,
  type IssuedGrant,
  type RefreshAnswer,
  type RevocationAnswer,
  type Unreachable,
} from '../domain/ports/authorization-server.js';
import { Clock } from '../domain/ports/clock.js';
import { generateDpopKey, thumbprintOf } from './dpop-key.js';
import { explainFailure } from './explain-failure.js';
import { type OAuthSession, OAuthSessions } from './oauth-session.js';
import { LicenseTokenError, type ReadLicenseToken, readLicenseToken } from './read-license-token.js';

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';
/** The default interval (RFC 8628 section 3.2). */
const defaultIntervalSeconds = 5;
const maxMessageCharacters = 500;

type TokenResponse = Awaited<ReturnType<typeof genericGrantRequest>>;

/** Communicates with the Authorization server through openid-client. */
@Injectable()
export class OpenidAuthorizationServer extends AuthorizationServer {
  constructor(
    private readonly sessions: OAuthSessions,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async requestDeviceCode(): Promise<IssuedDeviceCode | Unreachable> {
    try {
      const session = await this.sessions.get();
      const answer = await initiateDeviceAuthorization(session.configuration, {});
      return {
        kind: 'issued',
        deviceCode: answer.device_code,
        userCode: answer.user_code,
        verificationUri: answer.verification_uri,
        expiresInSeconds: answer.expires_in,
        intervalSeconds: answer.interval ?? defaultIntervalSeconds,
        dpopKey: session.offersDpop ? await generateDpopKey() : null,
      };
    } catch (error) {
      return printable(explainFailure(error));
    }
  }

  override async redeemDeviceCode(deviceCode: string, dpopKey: JWK | null): Promise<DeviceCodeAnswer> {
    try {
      const session = await this.sessions.get();
      const response = await genericGrantRequest(
        session.configuration,
        deviceCodeGrant,
        { device_code: deviceCode },
        await this.proofOptions(session, dpopKey),
      );
      const { issued, deviceKind } = await this.readTokens(session, response, dpopKey, null);
      if (deviceKind === 'server') return { kind: 'granted', ...issued };
      return {
        kind: 'refused',
        code: 'wrong-device-kind',
        message: `"${issued.grant.identity.serverName}" is a register: choose a server on the Authorization server.`,
        secrets: issued.secrets,
      };
    } catch (error) {
      return printable(explainPoll(error), [deviceCode]);
    }
  }

  override async refresh(
    secrets: GrantSecrets,
    expected: { serverId: string; organizationId: string },
    onNewRefreshToken: (refreshToken: string) => Promise<void>,
  ): Promise<RefreshAnswer> {
    const session = await this.openSession();
    if ('kind' in session) return session;
    try {
      const configuration = await this.sessions.watch(session, async ({ refresh_token: token }) => {
        if (typeof token === 'string' && !['', secrets.refreshToken].includes(token))
          await onNewRefreshToken(token);
      });
      const options = await this.proofOptions(session, secrets.dpopKey);
      const response = await refreshTokenGrant(configuration, secrets.refreshToken, undefined, options);
      return printable(await this.readRefreshed(session, response, secrets, expected), [
        secrets.refreshToken,
      ]);
    } catch (error) {
      return printable(explainRefresh(error), [secrets.refreshToken]);
    }
  }

  override async revoke(secrets: GrantSecrets): Promise<RevocationAnswer> {
    try {
      const { configuration } = await this.sessions.get();
      if (configuration.serverMetadata().revocation_endpoint === undefined) return { kind: 'not-offered' };
      await tokenRevocation(configuration, secrets.refreshToken, { token_type_hint: 'refresh_token' });
      return { kind: 'revoked' };
    } catch (error) {
      return printable(explainFailure(error), [secrets.refreshToken]);
    }
  }

  override async findPeoplePage(): Promise<string | null> {
    try {
      const page = (await this.sessions.get()).configuration.serverMetadata().service_documentation;
      // The page shows it as a link: only http and https are safe.
      return page !== undefined && URL.canParse(page) && /^https?:$/.test(new URL(page).protocol)
        ? page
        : null;
    } catch {
      // The calls that need the server report that it is unreachable.
      return null;
    }
  }

  override async checkReachable(): Promise<{ kind: 'reachable' } | Unreachable> {
    try {
      await this.sessions.get();
      return { kind: 'reachable' };
    } catch (error) {
      return printable(explainFailure(error));
    }
  }

  /** Opens a session. A failure is conclusive, because no request with an effect was sent. */
  private async openSession(): Promise<OAuthSession | Unreachable> {
    try {
      return await this.sessions.get();
    } catch (error) {
      return printable({ ...explainFailure(error), isConclusive: true });
    }
  }

  private async proofOptions(session: OAuthSession, key: JWK | null) {
    return key === null ? {} : { DPoP: await this.sessions.dpopHandle(session, key) };
  }

  private async readRefreshed(
    session: OAuthSession,
    response: TokenResponse,
    secrets: GrantSecrets,
    expected: { serverId: string; organizationId: string },
  ): Promise<RefreshAnswer> {
    try {
      const { issued } = await this.readTokens(session, response, secrets.dpopKey, secrets.refreshToken);
      const { identity } = issued.grant;
      if (identity.serverId !== expected.serverId || identity.organization.id !== expected.organizationId) {
        throw new LicenseTokenError('it is for another server or organization than the license.');
      }
      return { kind: 'granted', ...issued };
    } catch (error) {
      // The server issued the token, even if a later request for its keys failed.
      return { ...explainFailure(error), isConclusive: false };
    }
  }

  private async readTokens(
    session: OAuthSession,
    response: TokenResponse,
    dpopKey: JWK | null,
    previousRefreshToken: string | null,
  ): Promise<{ issued: IssuedGrant } & Pick<ReadLicenseToken, 'deviceKind'>> {
    // RFC 9449 section 5: a bearer token instead of the requested bound one is a downgrade.
    if (dpopKey !== null && response.token_type !== 'dpop') {
      throw new LicenseTokenError('it is not bound to the key of this server (token_type must be DPoP).');
    }
    const { issuer, clientId } = session;
    const keyThumbprint = dpopKey && (await thumbprintOf(dpopKey));
    const { grant, deviceKind } = await readLicenseToken(
      response.access_token,
      session.keys,
      { issuer, clientId, keyThumbprint },
      this.clock.now(),
    );
    // RFC 6749 section 6: without a new refresh token the current one stays valid.
    const refreshToken = response.refresh_token ?? previousRefreshToken;
    if (refreshToken === null) throw new LicenseTokenError('the answer contains no refresh token.');
    return {
      issued: { grant, secrets: { accessToken: response.access_token, refreshToken, dpopKey } },
      deviceKind,
    };
  }
}

/** Explains the answer to a poll (RFC 8628 section 3.5). */
function explainPoll(error: unknown): DeviceCodeAnswer {
  if (!(error instanceof ResponseBodyError)) return explainFailure(error);
  switch (error.error) {
    case 'authorization_pending':
      return { kind: 'pending' };
    case 'slow_down':
      return { kind: 'slow-down' };
    case 'expired_token':
      return { kind: 'expired' };
    case 'access_denied':
      return hasLicenseRefusal(error)
        ? { kind: 'refused', code: 'license-refused', message: messageOf(error), secrets: null }
        : { kind: 'denied' };
    case 'invalid_grant':
      return { kind: 'refused', code: 'code-not-accepted', message: messageOf(error), secrets: null };
    default:
      return explainOtherError(error);
  }
}

/** Ends polling for any other error except a 429. */
function explainOtherError(error: ResponseBodyError): DeviceCodeAnswer {
  const failure = explainFailure(error);
  return error.status === 429
    ? failure
    : { kind: 'refused', code: 'code-not-accepted', message: failure.message, secrets: null };
}

function explainRefresh(error: unknown): RefreshAnswer {
  if (!(error instanceof ResponseBodyError)) return explainFailure(error);
  switch (error.error) {
    case 'access_denied':
      return { kind: 'refused', code: 'license-refused', message: messageOf(error) };
    case 'invalid_grant':
      return { kind: 'grant-dead', code: 'grant-dead', message: messageOf(error) };
    default:
      return explainFailure(error);
  }
}

/** Returns whether the license was refused, rather than the request denied by a person. */
function hasLicenseRefusal(error: ResponseBodyError): boolean {
  return 'license_refusal' in error.cause;
}

function messageOf(error: ResponseBodyError): string {
  return error.error_description ?? `The Authorization server answered "${error.error}".`;
}

/** Masks secrets that the server may repeat in its message, which is stored, published, shown and logged. */
function printable<T extends object>(answer: T, sent: readonly string[] = []): T {
  if (!('message' in answer) || typeof answer.message !== 'string') return answer;
  const masked = sent.reduce((text, secret) => text.replaceAll(secret, '***'), answer.message);
  return { ...answer, message: toPlainText(masked, maxMessageCharacters) };
}
