import { PassThrough } from 'node:stream';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { type Session, Sessions } from '../admin/sessions.js';
import { LicenseQuery } from '../licensing/license-query.js';
import { PageComposer } from './page-composer.js';

const checkIntervalMs = 500;
const heartbeatMs = 10_000;
const maxStreams = 64;
const maxStreamsPerSession = 8;
/** A client that is this far behind is gone, although its connection is still open. */
const maxBacklogBytes = 64 * 1024;

export type FeedOutcome =
  { readonly kind: 'opened'; readonly stream: PassThrough } | { readonly kind: 'full' | 'closing' };

/**
 * Sends every change of the license to the open pages as server-sent events. It compares the license twice a second,
 * because time alone can change it. An open stream does not prolong its session: it does not show that a person is there.
 */
@Injectable()
export class LicenseFeed implements BeforeApplicationShutdown {
  private readonly streams = new Map<PassThrough, Session>();
  private timer: NodeJS.Timeout | null = null;
  private sentVersion = '';
  private sentAt = 0;
  private isClosing = false;

  constructor(
    private readonly composer: PageComposer,
    private readonly context: LicenseQuery,
    private readonly sessions: Sessions,
  ) {
    this.sessions.onEnd((session) => this.endStreamsOf(session));
  }

  /** Opens a stream that starts with the current license and ends with the session. */
  open(session: Session): FeedOutcome {
    if (this.isClosing) return { kind: 'closing' };
    const own = [...this.streams.values()].filter((other) => other === session).length;
    if (this.streams.size >= maxStreams || own >= maxStreamsPerSession) return { kind: 'full' };
    const stream = new PassThrough();
    this.streams.set(stream, session);
    stream.once('close', () => this.forget(stream));
    // A write after the connection broke is not an error.
    stream.on('error', () => this.forget(stream));
    const version = this.composer.version();
    stream.write(`retry: 2000\n\n${this.describe(version)}`);
    if (this.timer === null) this.follow(version);
    return { kind: 'opened', stream };
  }

  beforeApplicationShutdown(): void {
    this.isClosing = true;
    for (const stream of this.streams.keys()) this.end(stream);
  }

  private follow(version: string): void {
    this.sentVersion = version;
    this.sentAt = Date.now();
    this.timer = setInterval(() => this.checkNow(), checkIntervalMs).unref();
  }

  private checkNow(): void {
    this.sessions.endOverdue();
    const version = this.composer.version();
    if (version !== this.sentVersion) {
      this.sentVersion = version;
      this.tell(this.describe(version));
    } else if (Date.now() - this.sentAt >= heartbeatMs) {
      this.tell(':\n\n');
    }
  }

  private tell(message: string): void {
    this.sentAt = Date.now();
    for (const stream of this.streams.keys()) {
      if (stream.writableLength > maxBacklogBytes) stream.destroy();
      else stream.write(message);
    }
  }

  private describe(version: string): string {
    const authorization = this.composer.authorization();
    const data = {
      license: this.context.view(),
      authorization: authorization && { state: authorization.state, expiresAt: authorization.expiresAt },
    };
    return `id: ${version}\nevent: license\ndata: ${JSON.stringify(data)}\n\n`;
  }

  private endStreamsOf(session: Session): void {
    for (const [stream, owner] of this.streams) {
      if (owner === session) this.end(stream);
    }
  }

  private end(stream: PassThrough): void {
    stream.end();
    this.forget(stream);
  }

  private forget(stream: PassThrough): void {
    this.streams.delete(stream);
    if (this.streams.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}
