import type { DeviceKind } from '../domain/device-kind.js';

export interface PeerQuery {
  readonly limit: number;
  readonly after: PeerCursor | null;
  readonly kind: DeviceKind | null;
  /** Only those that need attention. */
  readonly attention: boolean;
  /** The beginning of the id or the name; empty matches all. */
  readonly search: string;
}

/**
 * The last peer of a page. Peers that need attention come first, by the instant from which they need it, then the others by
 * id. So a peer keeps its position while its state does not change.
 */
export type PeerCursor =
  | { readonly part: 'attention'; readonly from: Date; readonly deviceId: string }
  | { readonly part: 'rest'; readonly deviceId: string };

/** The format of a cursor in a query. */
export const peerCursorShape = /^(?:a\.(\d{1,16})|r)\.([A-Za-z0-9_-]{1,64})$/;

export function writePeerCursor(cursor: PeerCursor): string {
  return cursor.part === 'attention'
    ? `a.${cursor.from.getTime()}.${cursor.deviceId}`
    : `r.${cursor.deviceId}`;
}

/** Returns `null` if `text` is not a cursor. */
export function readPeerCursor(text: string): PeerCursor | null {
  const [, from, deviceId] = peerCursorShape.exec(text) ?? [];
  if (deviceId === undefined) return null;
  return from === undefined
    ? { part: 'rest', deviceId }
    : { part: 'attention', from: new Date(Math.min(Number(from), 8.64e15)), deviceId };
}
