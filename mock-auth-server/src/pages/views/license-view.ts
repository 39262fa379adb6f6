import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderCsrfField, renderFault, renderFormActions, renderPage, renderPlace } from './layout.js';

/** The form fields of a license. */
export interface LicenseDraft {
  name: string;
  count: string;
  expiresOn: string;
  features: string;
  isActive: boolean;
}

export interface LicenseView {
  csrfToken: string;
  organization: Organization;
  /** `null` for a new license. */
  licenseId: string | null;
  draft: LicenseDraft;
  fault: string | null;
  context: RenderContext;
}

export function renderLicense(view: LicenseView): string {
  const { draft, organization, licenseId, csrfToken, context } = view;
  const { texts } = context;
  const words = texts.licenses;
  const path = `/organizations/${organization.id}`;
  return renderPage(
    { title: licenseId === null ? words.create : words.titleOf(draft.name), csrfToken, context },
    html`<p class="place">${renderPlace(texts.organization, organization)}</p>
      ${renderFault(view.fault)}
      <form method="post" action="${path}/licenses${licenseId !== null && `/${licenseId}`}" class="card">
        ${renderCsrfField(csrfToken)} ${renderTerms(draft, texts)}
        ${renderFormActions(licenseId === null ? texts.create : texts.save, path, texts)}
      </form>`,
  );
}

function renderTerms(draft: LicenseDraft, { labels, licenses: words }: Texts): Html {
  const isDate = draft.expiresOn === '' || /^\d{4}-\d{2}-\d{2}$/.test(draft.expiresOn);
  return html`<label for="name">${renderLabel(labels.name)}</label>
    <input id="name" name="name" value="${draft.name}" maxlength="100" autocomplete="off" required />
    <label for="count">${renderLabel(labels.count)}</label>
    <input
      type="number"
      id="count"
      name="count"
      value="${draft.count}"
      min="0"
      max="1000000"
      aria-describedby="count-hint"
      required
    />
    <small id="count-hint">${words.countHint}</small>
    <label for="expiresOn">${renderLabel(labels.expiresOn)}</label>
    <input
      type="${isDate ? 'date' : 'text'}"
      id="expiresOn"
      name="expiresOn"
      value="${draft.expiresOn}"
      aria-describedby="expires-hint"
    />
    <small id="expires-hint">${words.expiresHint}</small>
    <label for="features">${renderLabel(labels.licensedFeatures)}</label>
    <input
      id="features"
      name="features"
      value="${draft.features}"
      maxlength="500"
      aria-describedby="features-hint"
      autocomplete="off"
      spellcheck="false"
      required
    />
    <small id="features-hint">${words.featuresHint}</small>
    <label
      ><input type="checkbox" name="isActive" value="on" ${draft.isActive && html` checked`} />
      ${renderLabel(labels.isActive)}</label
    >`;
}
