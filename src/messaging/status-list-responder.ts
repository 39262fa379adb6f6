import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RevocationList } from '../peers/revocation-list.js';
import { answerRequests } from './answer-requests.js';
import { FloodGuard } from './flood-guard.js';
import { RequestLink } from './request-link.js';

/**
 * Answers `svc.licensing.status-list` with `{uri, jwt}`: the signed list of revoked tokens, for peers that cannot reach the
 * Authorization server. Both are `null` before the first list.
 */
@Injectable()
export class StatusListResponder implements OnModuleInit {
  constructor(
    private readonly link: RequestLink,
    private readonly guard: FloodGuard,
    private readonly revocations: RevocationList,
  ) {}

  onModuleInit(): void {
    answerRequests(this.link, { subject: 'svc.licensing.status-list', guard: this.guard }, async () =>
      JSON.stringify(this.revocations.signed ?? { uri: null, jwt: null }),
    );
  }
}
