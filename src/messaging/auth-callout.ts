import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { explainRefusal } from '../peers/explain-refusal.js';
import { PeerAdmission } from '../peers/peer-admission.js';
import type { Peer } from '../peers/tokens/peer.js';
import { answerRequests } from './answer-requests.js';
import { BrokerLink } from './broker-link.js';
import { CalloutCipher } from './callout-cipher.js';
import { ConnectionLimit } from './connection-limit.js';
import { FloodGuard } from './flood-guard.js';
import { LoginQueue } from './login-queue.js';
import { type AuthRequest, NatsSigner, readAuthRequest } from './nats-jwt.js';
import { connectionName, PeerDisconnector } from './peer-disconnector.js';
import { type PeerAccount, permissionsOf } from './peer-permissions.js';
import { StoresAccount } from './stores-account.js';

/** High, because all registers of a shop reconnect together and a dropped login waits for seconds before its next try. */
const maxLogins = 4096;

/** Answers the auth callout of the broker: admits a peer with a license token, until that token ends. */
@Injectable()
export class AuthCallout extends BrokerLink {
  private readonly log = new Logger('Callout');

  /** Earlier than the peers, which the broker keeps waiting until its authorization timeout if nobody answers for them. */
  protected override readonly reconnectMs = 100;

  constructor(
    private readonly settings: Settings,
    private readonly admission: PeerAdmission,
    private readonly connections: PeerDisconnector,
    private readonly guard: FloodGuard,
    private readonly limit: ConnectionLimit,
    private readonly stores: StoresAccount,
  ) {
    super(settings.nats.url, settings.nats.callout, 'to admit peers');
  }

  override onApplicationBootstrap(): void {
    const { callout } = this.settings.nats;
    if (callout === null) {
      this.log.warn(
        'NATS_CALLOUT_USER, NATS_CALLOUT_PASSWORD and NATS_ISSUER_SEED are not set: peers cannot log in with their license tokens.',
      );
      return;
    }
    const signer = new NatsSigner(callout.issuerSeed);
    const cipher = new CalloutCipher(callout.xkeySeed);
    const queue = new LoginQueue();
    answerRequests(this, { subject: '$SYS.REQ.USER.AUTH', max: maxLogins }, async (message) => {
      const { text, seal } = cipher.open(message);
      const request = readAuthRequest(text, queue);
      if (request === null) return null;
      const nats = {
        type: 'authorization_response',
        version: 2,
        ...(await this.authorizeConnection(request, signer)),
      };
      return seal(signer.sign({ sub: request.userKey, aud: request.serverId, nats }));
    });
    super.onApplicationBootstrap();
  }

  /** Never rejects: a client without an answer waits for seconds before its next try. */
  private async authorizeConnection(
    request: AuthRequest,
    signer: NatsSigner,
  ): Promise<{ jwt: string } | { error: string }> {
    try {
      return await this.admit(request, signer);
    } catch (error) {
      this.log.error(`A client at ${request.address} could not be checked.`, error);
      return { error: 'internal-error' };
    }
  }

  private async admit(
    request: AuthRequest,
    signer: NatsSigner,
  ): Promise<{ jwt: string } | { error: string }> {
    const verdict = await this.admission.admitNats(request.authToken, request.address);
    if (verdict.kind === 'refused') {
      const { deviceId, code } = verdict;
      return this.refuse(request, deviceId, code, explainRefusal(code));
    }
    const { deviceId } = verdict.peer;
    if (this.guard.isRefused(deviceId)) return { error: 'too-many-requests' };
    const account = await this.stores.accountFor(verdict.peer.kind);
    if (!this.limit.admit(deviceId, connectionName(request.serverId, request.clientId))) {
      const remedy = 'It must close the connections that it no longer uses.';
      return this.refuse(request, deviceId, 'too-many-connections', remedy);
    }
    this.connections.record(request, verdict.peer);
    return { jwt: signUser(signer, request, verdict.peer, account) };
  }

  /** @param deviceId only if the signature of the token was good: any other client could claim to be any device */
  private refuse({ address }: AuthRequest, deviceId: string | null, code: string, remedy: string) {
    const client = deviceId === null ? 'A client' : `Device ${deviceId}`;
    this.log.warn(`${client} at ${address} is refused (${code}). ${remedy}`);
    return { error: code };
  }
}

function signUser(signer: NatsSigner, { userKey }: AuthRequest, peer: Peer, account: PeerAccount): string {
  return signer.sign({
    sub: userKey,
    aud: account,
    name: peer.deviceId,
    exp: Math.floor(peer.usableUntil.getTime() / 1000),
    nats: { type: 'user', version: 2, subs: -1, data: -1, payload: -1, ...permissionsOf(peer, account) },
  });
}
