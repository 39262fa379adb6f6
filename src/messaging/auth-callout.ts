import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { Settings } from '../config/settings.js';
import { explainRefusal } from '../peers/explain-refusal.js';
import { PeerAdmission } from '../peers/peer-admission.js';
import type { Peer } from '../peers/peer.js';
import { BrokerLink } from './broker-link.js';
import { type AuthRequest, NatsSigner, readAuthRequest } from './nats-jwt.js';
import { PeerConnections } from './peer-connections.js';
import { peerAccount, permissionsOf } from './peer-permissions.js';

const subject = '$SYS.REQ.USER.AUTH';

/** Answers the broker's question who may come in: a peer with its license token, and only until that ends. */
@Injectable()
export class AuthCallout extends BrokerLink implements OnModuleInit {
  private readonly log = new Logger('Callout');
  private readonly signer: NatsSigner | null;
  private readonly served = new WeakSet<NatsConnection>();

  constructor(
    { nats }: Settings,
    private readonly admission: PeerAdmission,
    private readonly connections: PeerConnections,
  ) {
    super(nats.url, nats.callout, 'to let peers in');
    this.signer = nats.callout && new NatsSigner(nats.callout.issuerSeed);
  }

  onModuleInit(): void {
    this.onConnected(async (connection) => {
      if (this.served.has(connection)) return;
      this.served.add(connection);
      void this.serve(connection.subscribe(subject, { queue: 'licensing' }));
    });
  }

  override onApplicationBootstrap(): void {
    if (this.signer !== null) return super.onApplicationBootstrap();
    this.log.warn(
      'NATS_CALLOUT_USER, NATS_CALLOUT_PASSWORD and NATS_ISSUER_SEED are not set: peers cannot log in with their license tokens.',
    );
  }

  private async serve(requests: Subscription): Promise<void> {
    // Not one after the other: a proof waits for the disk, and a shop's registers come all at once.
    for await (const request of requests) void this.answer(request);
  }

  private async answer(message: Msg): Promise<void> {
    const request = readAuthRequest(message.string());
    if (request === null || this.signer === null) return;
    try {
      const verdict = await this.admission.admitNats(request.authToken);
      if (verdict.kind === 'refused') {
        this.log.warn(
          `A client at ${request.address} is refused (${verdict.code}). ${explainRefusal(verdict.code)}`,
        );
        this.respond(message, request, { error: verdict.code });
        return;
      }
      this.connections.note(request, verdict.peer);
      this.respond(message, request, { jwt: this.signUser(request, verdict.peer) });
    } catch (error) {
      this.log.error(`A client at ${request.address} could not be judged.`, error);
      this.respond(message, request, { error: 'internal-error' });
    }
  }

  private signUser({ userKey }: AuthRequest, peer: Peer): string | undefined {
    return this.signer?.sign({
      sub: userKey,
      aud: peerAccount,
      name: peer.deviceId,
      exp: Math.floor(peer.usableUntil.getTime() / 1000),
      nats: { type: 'user', version: 2, subs: -1, data: -1, payload: -1, ...permissionsOf(peer) },
    });
  }

  private respond(
    message: Msg,
    request: AuthRequest,
    answer: { jwt?: string | undefined; error?: string },
  ): void {
    const nats = { type: 'authorization_response', version: 2, ...answer };
    message.respond(this.signer?.sign({ sub: request.userKey, aud: request.serverId, nats }));
  }
}
