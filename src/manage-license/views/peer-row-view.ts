import type { AttentionReason } from '../../peer-registry/attention.js';
import type { PeerView } from '../../peer-registry/list-peers.js';
import { html, type Html } from '../html.js';
import type { Reader } from '../reader.js';
import { texts } from '../texts.js';
import { renderDate, renderDistance, renderInstant } from './instant-view.js';

const words = texts.peers;
/** What can wait for a day; all else stops a store from selling, now or soon. */
const mild: ReadonlySet<AttentionReason> = new Set([
  'requires-renewal',
  'token-expiring',
  'offline',
  'clock-suspect',
]);

/** On a narrow screen the cells stand below each other, each with the name of its column. */
export function renderPeerRow(peer: PeerView, reader: Reader): Html {
  const { columns, kinds } = words;
  return html`<tr>
    <th scope="row">${peer.name}<br /><code>${peer.deviceId}</code></th>
    ${renderCell(columns.kind, html`${kinds[peer.kind]}`)} ${renderCell(columns.status, renderStatus(peer))}
    ${renderCell(columns.tokenExpiry, renderTokenExpiry(peer, reader))}
    ${renderCell(columns.lastSeen, renderLastSeen(peer, reader))}
  </tr>`;
}

function renderCell(column: string, content: Html): Html {
  return html`<td>
    <span class="column" aria-hidden="true">${column}</span>
    <div>${content}</div>
  </td>`;
}

function renderStatus({ kind, statusText, tokenStatus, attention }: PeerView): Html {
  // Only servers tell of a license; a register proves its own by its token.
  const status = statusText ?? (kind === 'server' ? words.notTold : words.tokenStatuses[tokenStatus]);
  return html`${status}
  ${
    attention.length > 0 &&
    html`<ul class="attention">
      ${attention.map((reason) => renderAttention(reason))}
    </ul>`
  }`;
}

function renderAttention(reason: AttentionReason): Html {
  const [tone, sign] = mild.has(reason) ? ['warning', '!'] : ['bad', '✕'];
  return html`<li class="${tone}">
    <span class="sign" aria-hidden="true">${sign}</span>${words.attention[reason]}
  </li>`;
}

function renderTokenExpiry({ tokenExpiresAt }: PeerView, reader: Reader): Html {
  return tokenExpiresAt === null ? html`${texts.none}` : renderInstant(tokenExpiresAt, reader);
}

function renderLastSeen({ connected, lastSeenAt }: PeerView, reader: Reader): Html {
  if (connected === true) return html`<span class="good connected">${words.connected}</span>`;
  return html`${connected === null ? words.unknownConnection : words.notConnected}<br />
    ${renderDistance(lastSeenAt, reader)}
    <span class="distance">(${renderDate(lastSeenAt, reader)})</span>`;
}
