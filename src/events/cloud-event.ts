import type { LicenseEvent } from '../domain/license-event.js';
import { formatSequence } from '../domain/license-view.js';

/** Formats an event as a CloudEvents 1.0 document in structured JSON mode, with the `sequence` extension. */
export function toCloudEvent(event: LicenseEvent, id: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: `/servers/${event.serverId}`,
    type: event.type,
    subject: event.serverId,
    time: event.time,
    sequence: formatSequence(event.sequence),
    datacontenttype: 'application/json',
    dataschema: `urn:pos-licensing:${event.type}:1`,
    data: event.data,
  });
}
