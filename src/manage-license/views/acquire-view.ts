import { nameServer } from '../collect-warnings.js';
import { emphasize, html, type Html, renderLabel } from '../html.js';
import type { AuthorizationView, LicensePage } from '../license-page.js';
import { renderCopyButton } from './copy-view.js';
import { renderDate, renderDistance } from './instant-view.js';
import { renderAction } from './layout.js';
import { renderPhases } from './phases-view.js';
import { renderQrCode } from './qr-code-view.js';
import { renderOutsideLink, renderServerLink } from './server-link-view.js';

/** Renders the steps to a license. They stay visible: those before the user code are ticked off once there is one. */
export function renderAcquire(page: LicensePage): Html {
  const { authorization } = page;
  return authorization?.state === 'pending' ? renderWithCode(page, authorization) : renderBeforeCode(page);
}

function renderBeforeCode(page: LicensePage): Html {
  const { texts } = page.context;
  const words = texts.acquire;
  const { logIn, chooseDevice, ...rest } = words.steps;
  const introduction = page.license.serverId === null ? words.introduction : words.again;
  return html`<section class="card">
    <h2>${words.title}</h2>
    ${renderPhases(0, texts)}
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
  const { copy, authorize, complete, ...done } = words.steps;
  return html`<section class="card">
    <h2>${words.title}</h2>
    ${renderPhases(1, texts)}
    <ol class="steps">
      ${Object.values(done).map(
        (step) =>
          html`<li class="done">
            ${emphasize(step)} <span class="for-readers">${words.phases.done}</span>
          </li>`,
      )}
      <li>${emphasize(copy)}${renderUserCode(page, authorization)}</li>
      <li>${emphasize(authorize)} ${renderServerLink(page)} ${renderChooseAgain(page)}</li>
      <li>${emphasize(complete)} ${words.movesOn}</li>
    </ol>
    <div class="actions">
      ${renderAction(page.visitor, '/license/complete', texts.license.complete)}
      ${renderAction(page.visitor, '/license/cancel', texts.license.cancel, 'outline')}
    </div>
  </section>`;
}

function renderUserCode({ context }: LicensePage, authorization: AuthorizationView): Html {
  const { userCode, linkWithCode, expiresAt } = authorization;
  const words = context.texts.acquire;
  const copied = { text: userCode, elementId: 'user-code', label: words.copy };
  return html`<div class="user-code">
    <div>
      <p class="label" id="user-code-label">${renderLabel(words.userCode)}</p>
      <p><code id="user-code" translate="no">${groupUserCode(userCode)}</code></p>
      ${renderCopyButton(copied, context.texts)}
      <p>
        ${words.expires} ${renderDate(expiresAt, context)}
        <span class="distance"
          >(<span role="timer" data-countdown="${expiresAt.toISOString()}" data-label="${words.timeLeft}"
            >${renderDistance(expiresAt, context)}</span
          >)</span
        >
      </p>
    </div>
    ${linkWithCode !== null && renderPhone(linkWithCode, context)}
  </div>`;
}

/** Renders how a person with a phone types nothing. */
function renderPhone(link: string, { texts }: LicensePage['context']): Html {
  const words = texts.acquire.phone;
  return html`<div class="phone">
    ${renderQrCode(link, words.qrCode)}
    <div>
      <p class="label">${words.title}</p>
      <p>${words.text}</p>
      <p>${renderOutsideLink(link, words.link, texts)}</p>
    </div>
  </div>`;
}

/** Displays a long code in groups. The button still copies the code as the server issued it. */
function groupUserCode(userCode: string): Html {
  if (!/^[A-Z0-9]{6,12}$/i.test(userCode)) return html`${userCode}`;
  const groups = userCode.match(/.{1,4}/g) ?? [];
  return html`${groups.map((group) => html`<span class="group">${group}</span>`)}`;
}
