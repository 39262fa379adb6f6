import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../domain/ports/clock.js';
import { PeerPresence } from '../messaging/peer-presence.js';
import { PeerAdmission } from '../peers/peer-admission.js';
import { whileEnding } from '../coordination/shutdown.js';
import { PeerRepository } from './peer-repository.js';
import type { PeerSighting } from './apply-sighting.js';

const flushMs = 3000;
const maxAtOnce = 100;
/** A peer that stays connected for days is seen all the time. */
const presenceMs = 3_600_000;
const forgetIntervalMs = 3_600_000;
/** A register that was scrapped must not need attention for ever. */
const keptMs = 90 * 86_400_000;

/**
 * Notes in memory which peers come in, and writes it into the list every few seconds: whoever is verified waits for no
 * disk, and a peer that comes a hundred times in between costs one row.
 */
@Injectable()
export class PeerSightingWriter implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('Peers');
  private readonly waiting = new Map<string, PeerSighting>();
  private lastFault = '';

  constructor(
    private readonly admission: PeerAdmission,
    private readonly connected: PeerPresence,
    private readonly peers: PeerRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.admission.onAdmitted((peer) => {
      const { deviceId } = peer;
      this.waiting.set(deviceId, { kind: 'admitted', deviceId, peer, at: this.clock.now() });
    });
    this.connected.onLeft((deviceId) => this.recordPresence(deviceId));
  }

  /** Writes what waits. Never rejects: what could not be written waits on. */
  @Interval(flushMs)
  async flush(): Promise<void> {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (let start = 0; start < waiting.length; start += maxAtOnce) {
      const batch = waiting.slice(start, start + maxAtOnce);
      try {
        await this.peers.record(batch);
        this.lastFault = '';
      } catch (error) {
        for (const observation of batch) this.persist(observation);
        this.report(error);
      }
    }
  }

  @Interval(presenceMs)
  recordPresent(): void {
    for (const deviceId of this.connected.present?.keys() ?? []) this.recordPresence(deviceId);
  }

  @Interval(forgetIntervalMs)
  async forget(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - keptMs);
    await this.peers.forgetUnseen(before).catch((error: unknown) => this.report(error));
  }

  beforeApplicationShutdown(): Promise<void> {
    return whileEnding('the list of peers', this.flush());
  }

  private recordPresence(deviceId: string): void {
    this.persist({ kind: 'present', deviceId, at: this.clock.now() });
  }

  /** What has come meanwhile is newer, and an admission tells more. */
  private persist(observation: PeerSighting): void {
    if (!this.waiting.has(observation.deviceId)) this.waiting.set(observation.deviceId, observation);
  }

  private report(error: unknown): void {
    const fault = error instanceof Error ? error.message : String(error);
    if (fault === this.lastFault) return;
    this.lastFault = fault;
    this.logger.warn(`Who has come in could not be written into the list (${fault}); trying again.`);
  }
}
