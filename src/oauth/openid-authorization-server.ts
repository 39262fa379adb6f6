import { Injectable, Logger } from '@nestjs/common';
import type { JWK } from 'jose';
import {
  genericGrantRequest,
  initiateDeviceAuthorization,
  refreshTokenGrant,
  ResponseBodyError,
  tokenIntrospection,
  tokenRevocation,
} from 'openid-client';
import { toPlainText } from '../domain/claim-values.js';
import {
  AuthorizationServer,
  type DeviceCodeAnswer,
  type GrantSecrets,
  type Introspection,
  type IssuedDeviceCode,
  type RefreshAnswer,
  type RevocationAnswer,
  type Unreachable,
} from '../domain/ports/authorization-server.js';
import { Clock } from '../domain/ports/clock.js';
import { generateDpopKey } from './dpop-key.js';
import {
  answerFirstGrant,
  explainPoll,
  explainRefresh,
  maxMessageCharacters,
  printable,
  refuseFirstGrant,
} from './explain-answer.js';
import { explainFailure } from './explain-failure.js';
import { type OAuthSession, OAuthSessions } from './oauth-session.js';
import { readDeviceCode } from './read-device-code.js';
import { refuse } from './read-license-token.js';
import { type AnswerOrigin, readTokens, type TokenResponse } from './read-tokens.js';
import { UnsuitableError } from './unsuitable-error.js';

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** Communicates with the Authorization server through openid-client. */
@Injectable()
export class OpenidAuthorizationServer extends AuthorizationServer {
  private readonly logger = new Logger('AuthorizationServer');
  private mayHaveMoved = false;

  constructor(
    private readonly sessions: OAuthSessions,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async requestDeviceCode(
    deviceName: string | null = null,
  ): Promise<IssuedDeviceCode | Unreachable> {
    try {
      const session = await this.currentSession();
      const isBound = this.wantsDpop(session);
      const { scope, resource } = this.sessions.profile;
      const answer = await initiateDeviceAuthorization(session.configuration, {
        ...(scope !== null && { scope }),
        ...(resource !== null && { resource }),
        // RFC 6749 section 3.1: a server ignores parameters that it does not know.
        ...(deviceName !== null && { device_name: deviceName }),
      });
      const code = readDeviceCode(answer, (link) => this.sessions.isEndpoint(link));
      return { kind: 'issued', ...code, dpopKey: isBound ? await generateDpopKey() : null };
    } catch (error) {
      return this.explain(error, explainFailure);
    }
  }

  override async redeemDeviceCode(deviceCode: string, dpopKey: JWK | null): Promise<DeviceCodeAnswer> {
    const received: ReceivedAnswer = { members: null, answeredAt: null };
    try {
      const session = await this.currentSession();
      const configuration = await this.sessions.watch(session, async (members, answeredAt) => {
        Object.assign(received, { members, answeredAt });
      });
      const response = await genericGrantRequest(
        configuration,
        deviceCodeGrant,
        { device_code: deviceCode, ...this.resource },
        await this.proofOptions(session, dpopKey),
      );
      const origin = { ...session, profile: this.sessions.profile, answeredAt: received.answeredAt };
      return answerFirstGrant(await readTokens(response, origin, { dpopKey }, this.clock.now()));
    } catch (error) {
      if (received.members !== null) {
        // The device code is spent: another poll is futile, and the grant must not live on unused.
        return printable(refuseFirstGrant(error, received.members, dpopKey), [deviceCode]);
      }
      return this.explain(error, explainPoll, [deviceCode]);
    }
  }

  override async refresh(
    secrets: GrantSecrets,
    expected: { serverId: string; organizationId: string },
    onNewRefreshToken: (refreshToken: string) => Promise<void>,
  ): Promise<RefreshAnswer> {
    const session = await this.openSession();
    if ('kind' in session) return session;
    let unstored: string | null = null;
    const storeToken = async () => {
      const token = unstored;
      unstored = null;
      if (token !== null) await onNewRefreshToken(token);
    };
    const onNewToken = (token: string) => (unstored = token);
    const answer = await this.requestRefresh(session, secrets, expected, onNewToken, storeToken).catch(
      (error: unknown) => this.explain(error, explainRefresh, [secrets.refreshToken]),
    );
    if (answer.kind !== 'granted') await storeToken();
    return answer;
  }

  private async requestRefresh(
    session: OAuthSession,
    secrets: GrantSecrets,
    expected: { serverId: string; organizationId: string },
    onNewToken: (refreshToken: string) => void,
    beforeKeys: () => Promise<void>,
  ): Promise<RefreshAnswer> {
    let answeredAt: Date | null = null;
    const configuration = await this.sessions.watch(session, async ({ refresh_token: token }, at) => {
      answeredAt = at;
      if (typeof token === 'string' && !['', secrets.refreshToken].includes(token)) onNewToken(token);
    });
    const options = await this.proofOptions(session, secrets.dpopKey);
    const response = await refreshTokenGrant(configuration, secrets.refreshToken, this.resource, options);
    const origin = { ...session, profile: this.sessions.profile, answeredAt, beforeKeys };
    return printable(await this.readRefreshed(response, origin, secrets, expected), [secrets.refreshToken]);
  }

  override async revoke(secrets: GrantSecrets): Promise<RevocationAnswer> {
    try {
      const { configuration } = await this.currentSession();
      if (configuration.serverMetadata().revocation_endpoint === undefined) return { kind: 'not-offered' };
      await tokenRevocation(configuration, secrets.refreshToken, { token_type_hint: 'refresh_token' });
      return { kind: 'revoked' };
    } catch (error) {
      return this.explain(error, explainFailure, [secrets.refreshToken]);
    }
  }

  override async introspect(accessToken: string): Promise<Introspection> {
    try {
      const session = await this.currentSession();
      const { introspection_endpoint: endpoint } = session.configuration.serverMetadata();
      if (endpoint === undefined) return { kind: 'not-offered' };
      const received: ReceivedAnswer = { members: null, answeredAt: null };
      const configuration = await this.sessions.watch(session, async (members, answeredAt) => {
        Object.assign(received, { members, answeredAt });
      });
      const hint = { token_type_hint: 'access_token' };
      const { active } = await tokenIntrospection(configuration, accessToken, hint);
      // RFC 9701: openid-client does not verify the signature of a JWT answer.
      if (received.members === null) throw new UnsuitableError('The introspection answer must be JSON.');
      return { kind: active ? 'active' : 'inactive', endpoint, answeredAt: received.answeredAt };
    } catch (error) {
      return this.explain(error, explainFailure, [accessToken]);
    }
  }

  override async findUserPortal(): Promise<string | null> {
    try {
      const page = (await this.sessions.get()).configuration.serverMetadata().service_documentation;
      // The page shows it as a link.
      return typeof page === 'string' && this.sessions.isEndpoint(page) ? page : null;
    } catch {
      // The calls that need the server report that it is unreachable.
      return null;
    }
  }

  /**
   * Returns the session for a call. It is forgotten here and not when a call fails, because a page or the trust data could
   * read the same metadata once more before the next call.
   */
  private async currentSession(): Promise<OAuthSession> {
    if (this.mayHaveMoved) this.sessions.forget();
    const session = await this.sessions.get();
    this.mayHaveMoved = false;
    return session;
  }

  /** Opens a session. A failure is conclusive, because no request with an effect was sent. */
  private async openSession(): Promise<OAuthSession | Unreachable> {
    try {
      return await this.currentSession();
    } catch (error) {
      return printable({ ...explainFailure(error), isConclusive: true });
    }
  }

  private async proofOptions(session: OAuthSession, key: JWK | null) {
    return key === null ? {} : { DPoP: await this.sessions.dpopHandle(session, key) };
  }

  private get resource(): Record<string, string> {
    const { resource } = this.sessions.profile;
    return resource === null ? {} : { resource };
  }

  /** Explains a failed call. An endpoint that is gone or was not reached may have moved: the metadata is read again. */
  private explain<T extends object>(
    error: unknown,
    explainError: (error: unknown) => T,
    sent: readonly string[] = [],
  ): T {
    const { code, isConclusive } = explainFailure(error);
    const isUnreached = code === 'authorization-server-unreachable' && isConclusive;
    this.mayHaveMoved ||= isGone(error) || isUnreached;
    return printable(explainError(error), sent);
  }

  private wantsDpop({ offersDpop }: OAuthSession): boolean {
    const { dpop } = this.sessions.profile;
    if (dpop === 'required' && !offersDpop) {
      throw new UnsuitableError(
        '"dpop_signing_alg_values_supported" in the metadata must contain ES256.',
        'turn on DPoP, or set "dpop" in the profile to preferred or off',
      );
    }
    return dpop !== 'off' && offersDpop;
  }

  private async readRefreshed(
    response: TokenResponse,
    origin: AnswerOrigin,
    secrets: GrantSecrets,
    expected: { serverId: string; organizationId: string },
  ): Promise<RefreshAnswer> {
    try {
      const { issued, excess } = await readTokens(response, origin, secrets, this.clock.now());
      const { identity } = issued.grant;
      if (identity.serverId !== expected.serverId || identity.organization.id !== expected.organizationId) {
        refuse('it is for another server or organization than the license');
      }
      if (excess.length > 0) {
        this.logger.warn(
          toPlainText(
            `The license token exceeds a bound, and what exceeds it is ignored: ${excess.join('; ')}.`,
            maxMessageCharacters,
          ),
        );
      }
      return { kind: 'granted', ...issued };
    } catch (error) {
      // The server issued the token, even if a later request for its keys failed.
      return { ...explainFailure(error), isConclusive: false };
    }
  }
}

interface ReceivedAnswer {
  members: Readonly<Record<string, unknown>> | null;
  answeredAt: Date | null;
}

function isGone(error: unknown): boolean {
  const { status } = (error instanceof Error ? (error.cause ?? {}) : {}) as { status?: unknown };
  return [404, 405, 410].includes(error instanceof ResponseBodyError ? error.status : Number(status));
}
