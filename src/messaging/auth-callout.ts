import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { explainRefusal } from '../peers/explain-refusal.js';
import { PeerAdmission } from '../peers/peer-admission.js';
import type { Peer } from '../peers/tokens/peer.js';
import { answerRequests } from './answer-requests.js';
import { BrokerLink } from './broker-link.js';
import { FloodGuard } from './flood-guard.js';
import { type AuthRequest, NatsSigner, readAuthRequest } from './nats-jwt.js';
import { PeerDisconnector } from './peer-disconnector.js';
import { peerAccount, permissionsOf } from './peer-permissions.js';

/** High, because all registers of a shop reconnect together and a dropped login waits for seconds before its next try. */
const maxLogins = 4096;

/** Answers the auth callout of the broker: admits a peer with a license token, until that token ends. */
@Injectable()
export class AuthCallout extends BrokerLink {
  private readonly log = new Logger('Callout');

  constructor(
    private readonly settings: Settings,
    private readonly admission: PeerAdmission,
    private readonly connections: PeerDisconnector,
    private readonly guard: FloodGuard,
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
    answerRequests(this, { subject: '$SYS.REQ.USER.AUTH', max: maxLogins }, async ({ data }) => {
      const request = readAuthRequest(new TextDecoder().decode(data));
      const nats = {
        type: 'authorization_response',
        version: 2,
        ...(await this.authorizeConnection(request, signer)),
      };
      return signer.sign({ sub: request.userKey, aud: request.serverId, nats });
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
    const verdict = await this.admission.admitNats(request.authToken);
    if (verdict.kind === 'refused') {
      this.log.warn(
        `A client at ${request.address} is refused (${verdict.code}). ${explainRefusal(verdict.code)}`,
      );
      return { error: verdict.code };
    }
    if (this.guard.isRefused(verdict.peer.deviceId)) return { error: 'too-many-requests' };
    this.connections.record(request, verdict.peer);
    return { jwt: signUser(signer, request, verdict.peer) };
  }
}

function signUser(signer: NatsSigner, { userKey }: AuthRequest, peer: Peer): string {
  return signer.sign({
    sub: userKey,
    aud: peerAccount,
    name: peer.deviceId,
    exp: Math.floor(peer.usableUntil.getTime() / 1000),
    nats: { type: 'user', version: 2, subs: -1, data: -1, payload: -1, ...permissionsOf(peer) },
  });
}
