import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LicenseQuery } from '../licensing/license-query.js';
import { answerRequests } from './answer-requests.js';
import { FloodGuard } from './flood-guard.js';
import { RequestLink } from './request-link.js';

/** Answers `svc.licensing.status` with a license view that is computed for each request. */
@Injectable()
export class StatusResponder implements OnModuleInit {
  constructor(
    private readonly link: RequestLink,
    private readonly guard: FloodGuard,
    private readonly query: LicenseQuery,
  ) {}

  onModuleInit(): void {
    answerRequests(this.link, { subject: 'svc.licensing.status', guard: this.guard }, () =>
      this.query.freshText(),
    );
  }
}
