import type { DeviceKind } from '../domain/device-kind.js';

/** Which peers are asked for, and how many at once. */
export interface PeerQuery {
  readonly limit: number;
  readonly after: PeerCursor | null;
  readonly kind: DeviceKind | null;
  /** Only those that need attention. */
  readonly attention: boolean;
  /** What the id or the name begins with; empty: anything. */
  readonly search: string;
}

/**
 * The last peer of a page: those that need attention come first, from when on they have needed it, the others by their
 * id. So a peer keeps its place while nothing happens to it.
 */
export type PeerCursor =
  | { readonly part: 'attention'; readonly from: Date; readonly deviceId: string }
  | { readonly part: 'rest'; readonly deviceId: string };

/** What a place looks like in a query. */
export const peerPlaceShape = /^(?:a\.(\d{1,16})|r)\.([A-Za-z0-9_-]{1,64})$/;

export function writePeerCursor(cursor: PeerCursor): string {
  return cursor.part === 'attention'
    ? `a.${cursor.from.getTime()}.${cursor.deviceId}`
    : `r.${cursor.deviceId}`;
}

/** Null: it is none. */
export function readPeerCursor(text: string): PeerCursor | null {
  const [, from, deviceId] = peerPlaceShape.exec(text) ?? [];
  if (deviceId === undefined) return null;
  return from === undefined
    ? { part: 'rest', deviceId }
    : { part: 'attention', from: new Date(Math.min(Number(from), 8.64e15)), deviceId };
}
