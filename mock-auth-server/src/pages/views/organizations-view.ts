import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderCsrfField, renderFault, renderMessage, renderPage } from './layout.js';
import { type ListColumn, renderList } from './list-view.js';

export interface OrganizationsView {
  csrfToken: string;
  organizations: readonly Organization[];
  /** The user code of the link that led here; empty if there is none. */
  userCode: string;
  draft: { id: string; name: string };
  fault: string | null;
  context: RenderContext;
}

function columnsFor(userCode: string, texts: Texts): readonly ListColumn<Organization>[] {
  const { labels, organizations, actions } = texts;
  return [
    { title: labels.name, cell: ({ name }) => html`${name}` },
    { title: organizations.id, cell: ({ id }) => html`<code>${id}</code>` },
    {
      title: actions,
      isWide: true,
      cell: (row) => (userCode === '' ? renderManage(row, texts) : renderAuthorize(row, userCode, texts)),
    },
  ];
}

function renderManage({ id, name }: Organization, { labels, organizations }: Texts): Html {
  return html`<a
    href="/organizations/${id}"
    class="button outline"
    aria-label="${organizations.manageNamed(name)}"
    >${renderLabel(labels.manage)}</a
  >`;
}

function renderAuthorize(
  { id, name }: Organization,
  userCode: string,
  { labels, organizations }: Texts,
): Html {
  return html`<a
    href="/organizations/${id}/authorize-device?user_code=${userCode}"
    class="button"
    aria-label="${organizations.authorizeNamed(name)}"
    >${renderLabel(labels.authorizeDevice)}</a
  >`;
}

export function renderOrganizations(view: OrganizationsView): string {
  const { csrfToken, userCode, organizations, context } = view;
  const { texts } = context;
  const { labels, organizations: words } = texts;
  const question = words.chooseForCode(html`<code>${userCode}</code>`);
  return renderPage(
    { title: labels.organizations, csrfToken, isWide: true, context },
    html`${userCode !== '' && renderMessage('plain', question)}
      <section class="card">
        ${
          organizations.length === 0
            ? html`<p>${words.empty}</p>`
            : renderList(labels.organizations, columnsFor(userCode, texts), organizations)
        }
      </section>
      <section class="card narrow">
        <h2>${renderLabel(labels.createNew)}</h2>
        ${renderFault(view.fault)} ${renderForm(view)}
      </section>`,
  );
}

function renderForm({ csrfToken, draft, context }: OrganizationsView): Html {
  const { labels, organizations: words } = context.texts;
  return html`<form method="post" action="/organizations">
    ${renderCsrfField(csrfToken)}
    <label for="id">${words.id}</label>
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
    <small id="id-hint">${words.idHint}</small>
    <label for="name">${renderLabel(labels.name)}</label>
    <input id="name" name="name" value="${draft.name}" maxlength="100" autocomplete="off" required />
    <button>${renderLabel(labels.createNew)}</button>
  </form>`;
}
