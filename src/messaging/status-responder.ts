import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LicenseReader } from '../licensing/license-reader.js';
import { answerRequests } from './answer-requests.js';
import { NatsLink } from './nats-link.js';

/** Answers `svc.licensing.status` with a license view that is computed at that moment. */
@Injectable()
export class StatusResponder implements OnModuleInit {
  constructor(
    private readonly link: NatsLink,
    private readonly reader: LicenseReader,
  ) {}

  onModuleInit(): void {
    answerRequests(this.link, 'svc.licensing.status', () => this.reader.freshText());
  }
}
