import type { DeviceState, LicenseState } from '../../controls/describe-state.js';
import type { Grant, Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html, renderLabel } from '../html.js';
import type { RenderContext } from '../render-context.js';
import type { Texts } from '../texts.js';
import { renderInstant, renderDay } from './instant-view.js';
import { renderCsrfField, renderMessage, renderPage } from './layout.js';
import { type ListColumn, renderList } from './list-view.js';

export type LicenseRow = LicenseState & { isExpired: boolean };
export type DeviceRow = DeviceState & {
  licenseName: string;
  hubName: string | null;
  /** `null` if the device is not authorized. */
  grant: Pick<Grant, 'authorizedAt' | 'familyKilledAt'> | null;
};

export interface OrganizationView {
  csrfToken: string;
  organization: Organization;
  licenses: readonly LicenseRow[];
  devices: readonly DeviceRow[];
  context: RenderContext;
}

export function renderOrganization(view: OrganizationView): string {
  const { licenses, devices, organization, csrfToken, context } = view;
  const { texts } = context;
  const path = `/organizations/${organization.id}`;
  return renderPage(
    { title: organization.name, csrfToken, isWide: true, context },
    html`<p class="place">${texts.organization} <code>${organization.id}</code></p>
      ${devices.length > 0 && html`<p class="actions"><a href="${path}/authorize-device" class="button">${renderLabel(texts.labels.authorizeDevice)}</a></p>`}
      <section class="card">
        <h2>${texts.licenses.title}</h2>
        ${
          licenses.length === 0
            ? html`<p>${texts.licenses.empty}</p>`
            : renderList(texts.licenses.title, licenseColumns(view, path), licenses)
        }
        <p><a href="${path}/licenses/new" class="button outline">${texts.licenses.create}</a></p>
      </section>
      <section class="card">
        <h2>${texts.devices.title}</h2>
        ${
          devices.length === 0
            ? renderNoDevices(licenses.length > 0, texts)
            : renderList(texts.devices.title, deviceColumns(view, path), devices)
        }
        ${licenses.length > 0 && html`<p><a href="${path}/devices/new" class="button outline">${texts.devices.create}</a></p>`}
      </section>`,
  );
}

function renderNoDevices(hasLicense: boolean, { devices }: Texts): Html {
  return hasLicense ? html`<p>${devices.empty}</p>` : renderMessage('plain', devices.needLicense);
}

function licenseColumns(
  { context, csrfToken }: OrganizationView,
  path: string,
): readonly ListColumn<LicenseRow>[] {
  const { texts } = context;
  const { labels, licenses: words } = texts;
  return [
    { title: labels.name, cell: ({ name }) => html`${name}` },
    { title: words.used, cell: ({ used, count }) => html`${words.usedOf(used, count)}` },
    { title: labels.expiresOn, cell: (license) => renderEnd(license, context) },
    { title: labels.licensedFeatures, cell: ({ features }) => html`${features.join(', ')}` },
    {
      title: labels.isActive,
      cell: ({ isActive }) =>
        isActive ? html`${texts.yes}` : html`<span class="mark warning">${texts.no}</span>`,
    },
    {
      title: texts.actions,
      isWide: true,
      cell: (license) => renderLicenseActions(path, csrfToken, license, texts),
    },
  ];
}

function renderEnd({ expiresOn, isExpired }: LicenseRow, context: RenderContext): Html {
  const words = context.texts.licenses;
  if (expiresOn === null) return html`${words.noEnd}`;
  const end = renderInstant(expiresOn, context);
  return isExpired ? html`${end} <span class="mark bad">${words.expired}</span>` : end;
}

function renderLicenseActions(path: string, csrfToken: string, license: LicenseRow, texts: Texts): Html {
  const { id, name, isActive } = license;
  const words = texts.licenses;
  const licensePath = `${path}/licenses/${id}`;
  return html`<div class="controls">
    <a href="${licensePath}" class="button outline" aria-label="${texts.editNamed(name)}">${texts.edit}</a>
    <form method="post" action="${licensePath}/renew">
      ${renderCsrfField(csrfToken)}<button class="outline" aria-label="${words.renewNamed(name)}">
        ${words.renew}
      </button>
    </form>
    <form method="post" action="${licensePath}/activation">
      ${renderCsrfField(csrfToken)}
      <button
        class="outline secondary"
        name="isActive"
        value="${isActive ? 'off' : 'on'}"
        aria-label="${isActive ? words.deactivateNamed(name) : words.activateNamed(name)}"
      >
        ${isActive ? words.deactivate : words.activate}
      </button>
    </form>
  </div>`;
}

function deviceColumns({ context }: OrganizationView, path: string): readonly ListColumn<DeviceRow>[] {
  const { texts } = context;
  const { labels, devices: words } = texts;
  return [
    { title: labels.name, cell: ({ name, id }) => html`${name} <small><code>${id}</code></small>` },
    { title: words.kind, cell: ({ kind }) => html`${texts.kinds[kind]}` },
    { title: words.license, cell: ({ licenseName }) => html`${licenseName}` },
    { title: labels.hubServer, cell: ({ hubName }) => html`${hubName ?? texts.none}` },
    { title: words.url, cell: ({ url }) => html`${url ?? texts.none}` },
    { title: words.authorization, cell: ({ grant }) => renderAuthorization(grant, context) },
    { title: texts.actions, isWide: true, cell: (device) => renderDeviceActions(path, device, texts) },
  ];
}

function renderAuthorization(grant: DeviceRow['grant'], context: RenderContext): Html {
  const words = context.texts.devices;
  if (grant === null) return html`${words.notAuthorized}`;
  const { authorizedAt, familyKilledAt } = grant;
  return familyKilledAt === null
    ? html`<span class="mark good">${words.authorizedSince(renderDay(authorizedAt, context))}</span>`
    : html`<span class="mark warning">${words.replayed}</span>`;
}

function renderDeviceActions(path: string, { id, name, authorized }: DeviceRow, texts: Texts): Html {
  const devicePath = `${path}/devices/${id}`;
  const words = texts.devices;
  return html`<div class="controls">
    <a href="${devicePath}" class="button outline" aria-label="${texts.editNamed(name)}">${texts.edit}</a>
    ${
      authorized &&
      html`<a
        href="${devicePath}/revoke"
        class="button outline secondary"
        aria-label="${words.removeNamed(name)}"
        >${words.remove}</a
      >`
    }
  </div>`;
}
