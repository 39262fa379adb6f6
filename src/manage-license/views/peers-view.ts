import type { PeerList } from '../../peer-registry/list-peers.js';
import { type PeerFilter, peerFilters } from '../forms.js';
import { emphasize, html, type Html, renderLabel } from '../html.js';
import { nameVersion } from '../name-version.js';
import type { RenderContext } from '../render-context.js';
import { renderPage, type Visitor } from './layout.js';
import { renderPeerRow } from './peer-row-view.js';

export interface PeersPage {
  readonly list: PeerList;
  readonly filter: PeerFilter;
  readonly search: string;
  readonly isFirst: boolean;
  /** `null` if this server was never licensed and does not know its name. */
  readonly serverName: string | null;
  /** The page on which a person changes the devices of the Authorization server; `null` if there is nothing to change. */
  readonly authorizationServerUrl: string | null;
  /** The URL at which peers reach the broker of this server. */
  readonly brokerUrl: string;
  readonly visitor: Visitor;
  readonly context: RenderContext;
}

export function renderPeers(page: PeersPage): string {
  const { list, visitor, context } = page;
  const { title } = context.texts.peers;
  const live = { version: nameOf(list), summary: summarize(page), isHeld: false, isPolled: true };
  return renderPage(
    { title, visitor, section: 'peers', live, context },
    list.counts.total === 0 ? renderEmpty(page) : renderList(page),
  );
}

function summarize({ list, context }: PeersPage): string {
  const { total, connected, attention } = list.counts;
  return context.texts.peers.summary(total, connected, attention);
}

/** The time at which a connected peer was last seen is the time of the page: it changes nothing that the page shows. */
function nameOf({ peers, nextAfter, counts }: PeerList): string {
  const shown = peers.map((peer) => (peer.connected === true ? { ...peer, lastSeenAt: null } : peer));
  return nameVersion(JSON.stringify([shown, nextAfter, counts]));
}

function renderEmpty({ serverName, brokerUrl, context }: PeersPage): Html {
  const words = context.texts.peers;
  const { title, text, hub, thisServer, connect } = words.empty;
  return html`<section class="card">
    <h2>${title}</h2>
    <p>${text}</p>
    <ol class="steps">
      <li>${emphasize(hub(serverName ?? thisServer))}</li>
      <li>${connect} <code>${brokerUrl}</code></li>
    </ol>
    <p class="minor">${words.live}</p>
  </section>`;
}

function renderList(page: PeersPage): Html {
  const { list, context } = page;
  const words = context.texts.peers;
  return html`<p class="lead">${summarize(page)} <span class="minor">${words.live}</span></p>
    <div class="tools">${renderFilters(page)} ${renderSearch(page)}</div>
    ${list.peers.length === 0 ? renderNone(page) : renderTable(page)} ${renderPaging(page)}`;
}

function renderFilters({ filter, search, context }: PeersPage): Html {
  const words = context.texts.peers;
  const link = (name: PeerFilter): Html =>
    html`<li>
      <a href="${pathOf(name, search)}" id="show-${name}" ${name === filter && html` aria-current="true"`}
        >${words.filters[name]}</a
      >
    </li>`;
  return html`<nav class="choices" aria-label="${words.filter}">
    <ul>
      ${peerFilters.map(link)}
    </ul>
  </nav>`;
}

function renderSearch({ filter, search, context }: PeersPage): Html {
  const words = context.texts.peers;
  return html`<form class="search" method="get" action="/peers">
    ${filter !== 'all' && html`<input type="hidden" name="show" value="${filter}" />`}
    <label for="search">${words.search}</label>
    <div>
      <input type="search" id="search" name="search" value="${search}" maxlength="64" autocomplete="off" />
      <button class="outline">${words.submit}</button>
    </div>
  </form>`;
}

function renderNone({ filter, search, context }: PeersPage): Html {
  const words = context.texts.peers;
  return html`<p>${filter === 'attention' && search === '' ? words.noneInNeed : words.noneFits}</p>`;
}

function renderTable({ list, authorizationServerUrl, context }: PeersPage): Html {
  const { columns } = context.texts.peers;
  const heads = [columns.name, columns.kind, columns.status, columns.tokenExpiry, columns.lastSeen];
  return html`<table class="peers">
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${renderLabel(head)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${list.peers.map((peer) => renderPeerRow(peer, authorizationServerUrl, context))}
    </tbody>
  </table>`;
}

function renderPaging({ list, filter, search, isFirst, context }: PeersPage): Html | null {
  const words = context.texts.peers;
  if (isFirst && list.nextAfter === null) return null;
  return html`<p class="actions">
    ${!isFirst && html`<a href="${pathOf(filter, search)}" role="button" class="outline" id="first-page">${words.first}</a>`}
    ${list.nextAfter !== null && html`<a href="${pathOf(filter, search, list.nextAfter)}" role="button" class="outline" id="next-page">${words.next}</a>`}
  </p>`;
}

function pathOf(filter: PeerFilter, search: string, after: string | null = null): string {
  const query = new URLSearchParams({
    ...(filter !== 'all' && { show: filter }),
    ...(search !== '' && { search }),
    ...(after !== null && { after }),
  });
  return query.size === 0 ? '/peers' : `/peers?${query.toString()}`;
}
