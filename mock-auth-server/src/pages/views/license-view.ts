import type { Organization } from '../../domain/model.js';
import { html } from '../html.js';
import { renderCsrfField, renderFault, renderPage } from './layout.js';

/** A license as a person types it. */
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
  /** Null: a new license. */
  licenseId: string | null;
  draft: LicenseDraft;
  fault: string | null;
}

export function renderLicense(view: LicenseView): string {
  const { draft, organization } = view;
  const path = `/organizations/${organization.id}`;
  const action = view.licenseId === null ? `${path}/licenses` : `${path}/licenses/${view.licenseId}`;
  const isDate = draft.expiresOn === '' || /^\d{4}-\d{2}-\d{2}$/.test(draft.expiresOn);
  return renderPage(
    {
      title: view.licenseId === null ? 'Create a license' : `License ${draft.name}`,
      csrfToken: view.csrfToken,
    },
    html`<p>Organization <a href="${path}">${organization.name}</a></p>
      ${renderFault(view.fault)}
      <form method="post" action="${action}">
        ${renderCsrfField(view.csrfToken)}
        <p>
          <label>Name <input name="name" value="${draft.name}" maxlength="100" required /></label>
        </p>
        <p>
          <label
            >Count <input type="number" name="count" value="${draft.count}" min="0" max="1000000" required
          /></label>
        </p>
        <p>
          <label
            >Expires on, the end of that day in UTC; empty for a license without an end
            <input type="${isDate ? 'date' : 'text'}" name="expiresOn" value="${draft.expiresOn}"
          /></label>
        </p>
        <p>
          <label
            >Licensed Features, such as xms for servers or register for registers
            <input name="features" value="${draft.features}" maxlength="500" required
          /></label>
        </p>
        <p>
          <label
            ><input type="checkbox" name="isActive" value="on" ${draft.isActive && html` checked`} /> Is
            Active</label
          >
        </p>
        <p><button>${view.licenseId === null ? 'Create' : 'Save'}</button> <a href="${path}">Cancel</a></p>
      </form>`,
  );
}
