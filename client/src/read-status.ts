import type { NatsConnection } from '@nats-io/transport-node';

const TIMEOUT_MS = 2_000;
const MAX_BYTES = 65_536;

/**
 * Requests the license from the server itself, which computes it for each request. Returns it in the form of an event, to
 * be checked like one; `null` if the server does not answer or was never licensed.
 */
export async function readStatus(connection: NatsConnection): Promise<Uint8Array | null> {
  try {
    const { data } = await connection.request('svc.licensing.status', undefined, { timeout: TIMEOUT_MS });
    if (data.length > MAX_BYTES) return null;
    const view = JSON.parse(new TextDecoder().decode(data)) as Readonly<Record<string, unknown>> | null;
    const { serverId, sequence, status } = view ?? {};
    if (typeof serverId !== 'string' || typeof sequence !== 'string') return null;
    const event = {
      specversion: '1.0',
      id: `svc.licensing.status/${sequence}`,
      source: `/servers/${serverId}`,
      type: 'license.status',
      subject: serverId,
      time: new Date().toISOString(),
      sequence,
      datacontenttype: 'application/json',
      dataschema: 'urn:pos-licensing:license.status:1',
      data: { previousStatus: status, previousServerId: null, ...view },
    };
    return new TextEncoder().encode(JSON.stringify(event));
  } catch {
    return null;
  }
}
