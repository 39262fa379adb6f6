import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
import { renderCsrfField, renderFault, renderFormActions, renderPage } from './layout.js';

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
}

export function renderLicense(view: LicenseView): string {
  const { draft, organization, licenseId, csrfToken } = view;
  const path = `/organizations/${organization.id}`;
  return renderPage(
    { title: licenseId === null ? 'Create a license' : `License ${draft.name}`, csrfToken },
    html`<p class="place">Organization <a href="${path}">${organization.name}</a></p>
      ${renderFault(view.fault)}
      <form method="post" action="${path}/licenses${licenseId !== null && `/${licenseId}`}" class="card">
        ${renderCsrfField(csrfToken)} ${renderTerms(draft)}
        ${renderFormActions(licenseId === null ? 'Create' : 'Save', path)}
      </form>`,
  );
}

function renderTerms(draft: LicenseDraft): Html {
  const isDate = draft.expiresOn === '' || /^\d{4}-\d{2}-\d{2}$/.test(draft.expiresOn);
  return html`<label for="name">Name</label>
    <input id="name" name="name" value="${draft.name}" maxlength="100" autocomplete="off" required />
    <label for="count">Count</label>
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
    <small id="count-hint">The number of devices that it covers.</small>
    <label for="expiresOn">Expires on</label>
    <input
      type="${isDate ? 'date' : 'text'}"
      id="expiresOn"
      name="expiresOn"
      value="${draft.expiresOn}"
      aria-describedby="expires-hint"
    />
    <small id="expires-hint">The end of that day in UTC. Leave it empty for a license without an end.</small>
    <label for="features">Licensed Features</label>
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
    <small id="features-hint">For example xms for servers, register for registers.</small>
    <label
      ><input type="checkbox" name="isActive" value="on" ${draft.isActive && html` checked`} /> Is
      Active</label
    >`;
}
