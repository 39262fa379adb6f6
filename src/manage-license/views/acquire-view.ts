import { emphasize, html, type Html } from '../html.js';
import type { AuthorizationView, LicensePage } from '../license-page.js';
import { texts } from '../texts.js';
import { renderDate, renderDistance } from './instant-view.js';
import { renderAction } from './layout.js';

const words = texts.acquire;
/** The steps that are done once the page shows a user code. */
const stepsBeforeCode = 3;

/** The way from no license to a license: the steps before a user code is there, or those with it. */
export function renderAcquire(page: LicensePage): Html {
  const { authorization } = page;
  return authorization?.state === 'pending' ? renderWithCode(page, authorization) : renderBeforeCode(page);
}

function renderBeforeCode(page: LicensePage): Html {
  const [logIn, ...rest] = words.steps;
  const introduction = page.license.status === 'unlicensed' ? words.introduction : words.again;
  return html`<section class="card">
    <h2>${words.title}</h2>
    <p>${introduction}</p>
    <ol class="steps">
      <li>${emphasize(logIn)} ${renderServerLink(page)}</li>
      ${rest.map((step) => html`<li>${emphasize(step)}</li>`)}
    </ol>
    <div class="actions">${renderAction(page.visitor, '/license/next', texts.license.next)}</div>
  </section>`;
}

function renderWithCode(page: LicensePage, authorization: AuthorizationView): Html {
  const [copyIt, enterIt, completeIt] = words.steps.slice(stepsBeforeCode);
  return html`<section class="card">
    <h2>${words.title}</h2>
    <ol class="steps" start="${stepsBeforeCode + 1}">
      <li>${emphasize(copyIt ?? '')}${renderUserCode(page, authorization)}</li>
      <li>${emphasize(enterIt ?? '')} ${renderServerLink(page)}</li>
      <li>${emphasize(completeIt ?? '')} ${words.movesOn}</li>
    </ol>
    <div class="actions">
      ${renderAction(page.visitor, '/license/complete', texts.license.complete)}
      ${renderAction(page.visitor, '/license/cancel', texts.license.cancel, 'outline secondary')}
    </div>
  </section>`;
}

function renderUserCode({ reader }: LicensePage, { userCode, expiresAt }: AuthorizationView): Html {
  return html`<div class="user-code">
    <p class="label" id="user-code-label">${words.userCode}</p>
    <p class="code"><code id="user-code" translate="no">${groupUserCode(userCode)}</code></p>
    <button
      type="button"
      class="outline"
      data-copy="${userCode}"
      data-copied="${words.copied}"
      data-failed="${words.copyFailed}"
      hidden
    >
      ${words.copy}
    </button>
    <p class="expiry">
      ${words.expires} ${renderDate(expiresAt, reader)}
      <span class="distance"
        >(<span role="timer" data-countdown="${expiresAt.toISOString()}" data-label="${words.timeLeft}"
          >${renderDistance(expiresAt, reader)}</span
        >)</span
      >
    </p>
  </div>`;
}

/** Splits a code that comes in one piece, for the eye alone: what is copied stays as the server wrote it. */
function groupUserCode(userCode: string): Html {
  if (!/^[A-Z0-9]{6,12}$/i.test(userCode)) return html`${userCode}`;
  const groups = userCode.match(/.{1,4}/g) ?? [];
  return html`${groups.map((group) => html`<span class="group">${group}</span>`)}`;
}

function renderServerLink({ authorizationServerUrl }: LicensePage): Html | null {
  return authorizationServerUrl === null
    ? null
    : html`<a href="${authorizationServerUrl}" target="_blank" rel="noopener noreferrer"
        >${words.open} <span class="new-tab">${texts.newTab}</span></a
      >`;
}
