import { nameServer } from '../collect-warnings.js';
import { emphasize, html, type Html } from '../html.js';
import type { AuthorizationView, LicensePage } from '../license-page.js';
import { renderDate, renderDistance } from './instant-view.js';
import { renderAction } from './layout.js';

/** The number of the step that copies the user code. */
const copyStep = 4;

/** Renders the steps to a license: all of them, or those that remain once there is a user code. */
export function renderAcquire(page: LicensePage): Html {
  const { authorization } = page;
  return authorization?.state === 'pending' ? renderWithCode(page, authorization) : renderBeforeCode(page);
}

function renderBeforeCode(page: LicensePage): Html {
  const { texts } = page.context;
  const words = texts.acquire;
  const { logIn, chooseDevice, ...rest } = words.steps;
  const introduction = page.license.status === 'unlicensed' ? words.introduction : words.again;
  return html`<section class="card">
    <h2>${words.title}</h2>
    <p>${introduction}</p>
    <ol class="steps">
      <li>${emphasize(logIn)} ${renderServerLink(page)}</li>
      <li>${emphasize(chooseDevice)} ${renderChooseAgain(page)}</li>
      ${Object.values(rest).map((step) => html`<li>${emphasize(step)}</li>`)}
    </ol>
    <div class="actions">${renderAction(page.visitor, '/license/next', texts.license.next)}</div>
  </section>`;
}

/** The last identity stays after a removal: another device would lock out the registers of this one. */
function renderChooseAgain({ license, context }: LicensePage): Html | null {
  if (license.serverId === null) return null;
  return html`<span class="hint">${emphasize(context.texts.acquire.chooseAgain(nameServer(license)))}</span>`;
}

function renderWithCode(page: LicensePage, authorization: AuthorizationView): Html {
  const { texts } = page.context;
  const words = texts.acquire;
  const { copy, authorize, complete } = words.steps;
  return html`<section class="card">
    <h2>${words.title}</h2>
    <ol class="steps" start="${copyStep}">
      <li>${emphasize(copy)}${renderUserCode(page, authorization)}</li>
      <li>${emphasize(authorize)} ${renderServerLink(page)} ${renderChooseAgain(page)}</li>
      <li>${emphasize(complete)} ${words.movesOn}</li>
    </ol>
    <div class="actions">
      ${renderAction(page.visitor, '/license/complete', texts.license.complete)}
      ${renderAction(page.visitor, '/license/cancel', texts.license.cancel, 'outline secondary')}
    </div>
  </section>`;
}

function renderUserCode({ context }: LicensePage, { userCode, expiresAt }: AuthorizationView): Html {
  const words = context.texts.acquire;
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
      ${words.expires} ${renderDate(expiresAt, context)}
      <span class="distance"
        >(<span role="timer" data-countdown="${expiresAt.toISOString()}" data-label="${words.timeLeft}"
          >${renderDistance(expiresAt, context)}</span
        >)</span
      >
    </p>
  </div>`;
}

/** Displays a long code in groups. The button still copies the code as the server issued it. */
function groupUserCode(userCode: string): Html {
  if (!/^[A-Z0-9]{6,12}$/i.test(userCode)) return html`${userCode}`;
  const groups = userCode.match(/.{1,4}/g) ?? [];
  return html`${groups.map((group) => html`<span class="group">${group}</span>`)}`;
}

function renderServerLink({ authorizationServerUrl, context }: LicensePage): Html | null {
  const { texts } = context;
  return authorizationServerUrl === null
    ? null
    : html`<a href="${authorizationServerUrl}" target="_blank" rel="noopener noreferrer"
        >${texts.acquire.open} <span class="new-tab">${texts.newTab}</span></a
      >`;
}
