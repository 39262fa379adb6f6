import type { AuditLine } from '../describe-audit-entry.js';
import { html, type Html } from '../html.js';
import type { Life } from '../lay-out-lives.js';
import type { Reader } from '../reader.js';
import { renderInstant } from './instant-view.js';
import { renderPage, type Visitor } from './layout.js';
import { renderLife } from './life-view.js';

export interface HistoryPage {
  /** Empty if there is no license, and on pages of older entries. */
  readonly lives: readonly Life[];
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  readonly isOlder: boolean;
  /** The entry before which the next older page begins; `null` if there is none. */
  readonly nextBefore: number | null;
  readonly visitor: Visitor;
  readonly reader: Reader;
}

export function renderHistory(page: HistoryPage): string {
  const { lines, lives, isOlder, nextBefore, visitor, reader } = page;
  const words = reader.texts.history;
  return renderPage(
    { title: words.title, visitor, section: 'history', reader },
    html`${lives.length > 0 && renderLives(lives, reader)}
      <section class="card">
        <h2>${words.trail}</h2>
        ${lines.length === 0 && html`<p>${words.empty}</p>`}
        <ol class="trail">
          ${lines.map((line) => renderLine(line, reader))}
        </ol>
        ${(isOlder || nextBefore !== null) && renderPaging(page)}
      </section>`,
  );
}

function renderLives(lives: readonly Life[], reader: Reader): Html {
  const words = reader.texts.history;
  return html`<section class="card">
    <h2>${words.lives}</h2>
    ${lives.map((life) => renderLife(life, reader))}
    ${!lives.some(({ kind }) => kind === 'license') && html`<p>${words.noRenewal}</p>`}
    <p class="minor">${words.nowLine}</p>
  </section>`;
}

function renderPaging({ isOlder, nextBefore, reader }: HistoryPage): Html {
  const words = reader.texts.history;
  return html`<p class="actions">
    ${isOlder && html`<a href="/license/history" role="button" class="outline secondary">${words.newest}</a>`}
    ${nextBefore !== null && html`<a href="/license/history?before=${nextBefore}" role="button" class="outline">${words.older}</a>`}
  </p>`;
}

function renderLine({ at, what, who, from, why, changes }: AuditLine, reader: Reader): Html {
  const words = reader.texts.history;
  const origin = from === null ? who : `${who} ${words.from} ${from}`;
  return html`<li>
    <p class="what">${what}</p>
    <p class="when">${renderInstant(at, reader)}, ${words.by} ${origin}</p>
    ${why !== null && html`<p class="why">${words.reason} ${why}</p>`}
    ${changes.map((change) => html`<p class="why">${change}</p>`)}
  </li>`;
}
