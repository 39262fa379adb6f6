import type { AttentionReason } from '../../peer-registry/attention.js';
import type { PeerView } from '../../peer-registry/list-peers.js';
import { html, type Html, renderLabel } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderDate, renderDistance } from './instant-view.js';
import { renderOutsideLink } from './server-link-view.js';
import { renderStanding } from './standing-view.js';

/** The reasons that can wait for a day. Every other reason stops a store from selling, now or soon. */
const mild: ReadonlySet<AttentionReason> = new Set([
  'requires-renewal',
  'token-expiring',
  'offline',
  'clock-suspect',
]);

/** The reasons whose remedy is on the Authorization server. */
export const reasonsForServer: ReadonlySet<AttentionReason> = new Set([
  'refused',
  'license-expired',
  'requires-renewal',
]);

/** Renders a row. Narrow screens show its cells below each other, each with the name of its column. */
export function renderPeerRow(peer: PeerView, serverUrl: string | null, context: RenderContext): Html {
  const { columns, kinds } = context.texts.peers;
  return html`<tr>
    <th scope="row">
      ${peer.name}<br /><code>${peer.deviceId}</code>
      ${peer.serviceVersion !== null && html`<br /><small>${context.texts.peers.version(peer.serviceVersion)}</small>`}
    </th>
    ${renderCell(columns.kind, html`${kinds[peer.kind]}`)}
    ${renderCell(columns.status, renderStatus(peer, serverUrl, context))}
    ${renderCell(columns.tokenExpiry, renderTokenExpiry(peer, context))}
    ${renderCell(columns.lastSeen, renderLastSeen(peer, context))}
  </tr>`;
}

function renderCell(column: string, content: Html): Html {
  return html`<td>
    <span class="column" aria-hidden="true">${renderLabel(column)}</span>
    <div>${content}</div>
  </td>`;
}

function renderStatus(peer: PeerView, serverUrl: string | null, context: RenderContext): Html {
  const { kind, status, tokenStatus, tokenExpiresAt, renewalDate, standing, attention } = peer;
  const { texts } = context;
  const ends = tokenExpiresAt && { renewalDate, tokenExpiresAt };
  const words = texts.peers;
  // Only servers report a license status. The token of a register shows that it has a license.
  const unreported = kind === 'server' ? words.notReported : words.tokenStatuses[tokenStatus];
  return html`${renderLabel(status === null ? unreported : texts.license.statuses[status])}
  ${standing && html`<br /><small>${renderStanding(standing, ends, context, 'short')}</small>`}
  ${
    attention.length > 0 &&
    html`<ul class="attention">
      ${attention.map((reason) => renderAttention(reason, peer, texts))}
    </ul>`
  }
  ${serverUrl !== null && attention.some((reason) => reasonsForServer.has(reason)) && html`<p>${renderOutsideLink(serverUrl, words.atServer, texts)}</p>`}`;
}

function renderAttention(reason: AttentionReason, { refusal }: PeerView, { peers }: Texts): Html {
  const text = (reason === 'refused' && peers.refusals[refusal ?? '']) || peers.attention[reason];
  const [tone, sign] = mild.has(reason) ? ['warning', '!'] : ['bad', '✕'];
  return html`<li class="${tone}"><span class="sign" aria-hidden="true">${sign}</span>${text}</li>`;
}

function renderTokenExpiry({ tokenExpiresAt }: PeerView, context: RenderContext): Html {
  return tokenExpiresAt === null ? html`${context.texts.none}` : renderShortInstant(tokenExpiresAt, context);
}

function renderLastSeen({ connected, lastSeenAt }: PeerView, context: RenderContext): Html {
  const words = context.texts.peers;
  if (connected === true) return html`<span class="good connected">${words.connected}</span>`;
  return html`${connected === null ? words.unknownConnection : words.notConnected}<br />
    ${renderShortInstant(lastSeenAt, context)}`;
}

function renderShortInstant(instant: Date, context: RenderContext): Html {
  return html`${renderDate(instant, context, 'short')}<br />
    <span class="distance">${renderDistance(instant, context)}</span>`;
}
