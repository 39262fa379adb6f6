import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RevocationList } from '../peers/revocation-list.js';
import { answerRequests } from './answer-requests.js';
import { NatsLink } from './nats-link.js';

/**
 * Answers `svc.licensing.status-list` with `{uri, jwt}`: the Authorization server's list of revoked tokens, as it has signed
 * it, for peers that cannot reach it. Both are null before the first list.
 */
@Injectable()
export class StatusListResponder implements OnModuleInit {
  constructor(
    private readonly link: NatsLink,
    private readonly revocations: RevocationList,
  ) {}

  onModuleInit(): void {
    answerRequests(this.link, 'svc.licensing.status-list', async () =>
      JSON.stringify(this.revocations.signed ?? { uri: null, jwt: null }),
    );
  }
}
