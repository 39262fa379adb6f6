import type { Organization } from '../../domain/model.js';
import { html } from '../html.js';
import { renderCsrfField, renderFault, renderPage } from './layout.js';

export interface OrganizationsView {
  csrfToken: string;
  organizations: readonly Organization[];
  draft: { id: string; name: string };
  fault: string | null;
}

export function renderOrganizations(view: OrganizationsView): string {
  const rows = view.organizations.map(
    ({ id, name }) =>
      html`<tr>
        <td><code>${id}</code></td>
        <td>${name}</td>
        <td><a href="/organizations/${id}" aria-label="Manage ${name}">Manage</a></td>
      </tr>`,
  );
  return renderPage(
    { title: 'Organizations', csrfToken: view.csrfToken },
    html`<table>
        <thead>
          <tr>
            <th scope="col">ID</th>
            <th scope="col">Name</th>
            <th scope="col">Action</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
      <h2>Create New</h2>
      ${renderFault(view.fault)}
      <form method="post" action="/organizations">
        ${renderCsrfField(view.csrfToken)}
        <p>
          <label
            >ID, with the prefix of its group
            <input
              name="id"
              value="${view.draft.id}"
              placeholder="fc-example"
              pattern="[a-z]{2,8}-[a-z0-9]{1,32}"
              required
          /></label>
        </p>
        <p>
          <label>Name <input name="name" value="${view.draft.name}" maxlength="100" required /></label>
        </p>
        <p><button>Create New</button></p>
      </form>`,
  );
}
