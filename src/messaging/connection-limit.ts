import { Injectable } from '@nestjs/common';
import { setBounded } from '../peers/tokens/set-bounded.js';
import { PeerPresence } from './peer-presence.js';

/** More than a device needs, even if the broker has not yet noticed the end of some. */
const maxPerDevice = 32;
/** The broker reports an admitted connection within this time. */
const reportedWithinMs = 2000;
const maxDevices = 10_000;

interface Admission {
  readonly name: string;
  readonly at: number;
}

/**
 * Limits the connections of each device, so that one cannot use up the memory of the broker. It needs the system account,
 * which reports the connections.
 */
@Injectable()
export class ConnectionLimit {
  private readonly admissions = new Map<string, readonly Admission[]>();

  constructor(private readonly presence: PeerPresence) {}

  /** Returns whether one more connection may be admitted, and counts it. @param name as returned by `connectionName` */
  admit(deviceId: string, name: string): boolean {
    const { present } = this.presence;
    if (present === null) return true;
    const now = performance.now();
    // The broker reports these in a moment.
    const unreported = (this.admissions.get(deviceId) ?? []).filter(
      (admission) => now - admission.at < reportedWithinMs && !this.presence.has(admission.name),
    );
    const isAdmitted = (present.get(deviceId) ?? 0) + unreported.length < maxPerDevice;
    if (isAdmitted) unreported.push({ name, at: now });
    this.admissions.delete(deviceId);
    setBounded(this.admissions, deviceId, unreported, maxDevices);
    return isAdmitted;
  }
}
