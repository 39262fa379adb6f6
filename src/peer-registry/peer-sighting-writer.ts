import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../domain/ports/clock.js';
import { FaultLog } from '../logging/fault-log.js';
import { PeerPresence } from '../messaging/peer-presence.js';
import { PeerAdmission } from '../peers/peer-admission.js';
import { whileEnding } from '../coordination/shutdown.js';
import { PeerRepository } from './peer-repository.js';
import type { PeerSighting } from './apply-sighting.js';

const flushMs = 3000;
const maxAtOnce = 100;
/** Connected peers count as seen at this interval. */
const presenceMs = 3_600_000;
const forgetIntervalMs = 3_600_000;
/** Limited, so that a scrapped register does not need attention forever. */
const keptMs = 90 * 86_400_000;

/**
 * Collects sightings in memory and writes them to the database every few seconds. So admission does not wait for the disk,
 * and a hundred sightings of a peer cost one row.
 */
@Injectable()
export class PeerSightingWriter implements OnModuleInit, BeforeApplicationShutdown {
  private readonly waiting = new Map<string, PeerSighting>();
  /** Each is later than what waits for its device: an admission deletes it. */
  private readonly refusals = new Map<string, PeerSighting>();
  private readonly faults = new FaultLog(new Logger('Peers'), 'Writing the list of peers');

  constructor(
    private readonly admission: PeerAdmission,
    private readonly connected: PeerPresence,
    private readonly peers: PeerRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.admission.admitted.subscribe((peer) => {
      const { deviceId } = peer;
      this.refusals.delete(deviceId);
      this.waiting.set(deviceId, { kind: 'admitted', deviceId, peer, at: this.clock.now() });
    });
    this.admission.refused.subscribe(({ deviceId, code }) => {
      // A peer that is connected has a good token as well: this attempt was made with an old one, perhaps by another device.
      if (this.connected.present?.has(deviceId) === true) return;
      this.refusals.set(deviceId, { kind: 'refused', deviceId, code, at: this.clock.now() });
    });
    this.connected.left.subscribe(({ deviceId }) => this.recordPresence(deviceId));
  }

  /** Writes the collected sightings. Never rejects: those that cannot be written are kept. */
  @Interval(flushMs)
  async flush(): Promise<void> {
    const waiting = [...this.waiting.values(), ...this.refusals.values()];
    this.waiting.clear();
    this.refusals.clear();
    for (let start = 0; start < waiting.length; start += maxAtOnce) {
      const batch = waiting.slice(start, start + maxAtOnce);
      try {
        await this.peers.record(batch);
        this.faults.end();
      } catch (error) {
        for (const sighting of batch) this.persist(sighting);
        this.faults.report(error);
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
    await this.peers.forgetUnseen(before).catch((error: unknown) => this.faults.report(error));
  }

  beforeApplicationShutdown(): Promise<void> {
    return whileEnding('the list of peers', this.flush());
  }

  private recordPresence(deviceId: string): void {
    this.persist({ kind: 'present', deviceId, at: this.clock.now() });
  }

  /** Keeps a waiting sighting: it is newer, or an admission, which has more data. */
  private persist(sighting: PeerSighting): void {
    if (!this.waiting.has(sighting.deviceId)) this.waiting.set(sighting.deviceId, sighting);
  }
}
