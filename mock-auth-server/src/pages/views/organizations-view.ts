import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
import { renderCsrfField, renderFault, renderMessage, renderPage } from './layout.js';
import { type ListColumn, renderList } from './list-view.js';

export interface OrganizationsView {
  csrfToken: string;
  organizations: readonly Organization[];
  /** The user code of the link that led here; empty if there is none. */
  userCode: string;
  draft: { id: string; name: string };
  fault: string | null;
}

function columnsFor(userCode: string): readonly ListColumn<Organization>[] {
  return [
    { title: 'Name', cell: ({ name }) => html`${name}` },
    { title: 'ID', cell: ({ id }) => html`<code>${id}</code>` },
    { title: 'Actions', cell: userCode === '' ? renderManage : (row) => renderAuthorize(row, userCode) },
  ];
}

function renderManage({ id, name }: Organization): Html {
  return html`<a href="/organizations/${id}" class="button outline" aria-label="Manage ${name}">Manage</a>`;
}

function renderAuthorize({ id, name }: Organization, userCode: string): Html {
  return html`<a
    href="/organizations/${id}/authorize-device?user_code=${userCode}"
    class="button"
    aria-label="Authorize Device of ${name}"
    >Authorize Device</a
  >`;
}

function renderUserCode(userCode: string): Html {
  return renderMessage(
    'plain',
    html`Choose the organization of the device that shows the User Code <code>${userCode}</code>.`,
  );
}

export function renderOrganizations(view: OrganizationsView): string {
  return renderPage(
    { title: 'Organizations', csrfToken: view.csrfToken },
    html`${view.userCode !== '' && renderUserCode(view.userCode)}
      <section class="card">
        ${
          view.organizations.length === 0
            ? html`<p>There is no organization yet. Create one below.</p>`
            : renderList('Organizations', columnsFor(view.userCode), view.organizations)
        }
      </section>
      <section class="card">
        <h2>Create New</h2>
        ${renderFault(view.fault)} ${renderForm(view)}
      </section>`,
  );
}

function renderForm({ csrfToken, draft }: OrganizationsView): Html {
  return html`<form method="post" action="/organizations">
    ${renderCsrfField(csrfToken)}
    <label for="id">ID</label>
    <input
      id="id"
      name="id"
      value="${draft.id}"
      placeholder="fc-example"
      pattern="[a-z]{2,8}-[a-z0-9]{1,32}"
      aria-describedby="id-hint"
      autocomplete="off"
      spellcheck="false"
      required
    />
    <small id="id-hint">A group prefix, a dash, then lowercase letters and digits.</small>
    <label for="name">Name</label>
    <input id="name" name="name" value="${draft.name}" maxlength="100" autocomplete="off" required />
    <button>Create New</button>
  </form>`;
}
