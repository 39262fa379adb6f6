import type { DeviceState, LicenseState } from '../../controls/describe-state.js';
import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
import { renderCsrfField, renderMessage, renderPage } from './layout.js';
import { type ListColumn, renderList } from './list-view.js';

export type LicenseRow = LicenseState & { standing: string };
export type DeviceRow = DeviceState & { licenseName: string; hubName: string | null; authorization: string };

export interface OrganizationView {
  csrfToken: string;
  organization: Organization;
  licenses: readonly LicenseRow[];
  devices: readonly DeviceRow[];
}

export function renderOrganization(view: OrganizationView): string {
  const { licenses, devices, organization, csrfToken } = view;
  const path = `/organizations/${organization.id}`;
  return renderPage(
    { title: organization.name, csrfToken, isWide: true },
    html`<p class="place">Organization <code>${organization.id}</code></p>
      ${devices.length > 0 && html`<p class="actions"><a href="${path}/authorize-device" class="button">Authorize Device</a></p>`}
      <section class="card">
        <h2>Licenses</h2>
        ${
          licenses.length === 0
            ? html`<p>
                No license yet. A license sets the features of its devices, how many devices it covers, and
                its end.
              </p>`
            : renderList('Licenses', licenseColumns(path, csrfToken), licenses)
        }
        <p><a href="${path}/licenses/new" class="button outline">Create a license</a></p>
      </section>
      <section class="card">
        <h2>Devices</h2>
        ${devices.length === 0 ? renderNoDevices(licenses.length > 0) : renderList('Devices', deviceColumns(path), devices)}
        ${licenses.length > 0 && html`<p><a href="${path}/devices/new" class="button outline">Create a device</a></p>`}
      </section>`,
  );
}

function renderNoDevices(hasLicense: boolean): Html {
  return hasLicense
    ? html`<p>No device yet. Create the servers and registers of this organization, then authorize them.</p>`
    : renderMessage('plain', html`A device needs a license that covers it. Create the license first.`);
}

function licenseColumns(path: string, csrfToken: string): readonly ListColumn<LicenseRow>[] {
  return [
    { title: 'Name', cell: ({ name }) => html`${name}` },
    { title: 'Used of count', cell: ({ used, count }) => html`${used} of ${count}` },
    { title: 'Expires on', cell: renderEnd },
    { title: 'Licensed Features', cell: ({ features }) => html`${features.join(', ')}` },
    {
      title: 'Is Active',
      cell: ({ isActive }) => (isActive ? html`Yes` : html`<span class="mark warning">No</span>`),
    },
    { title: 'Actions', cell: (license) => renderLicenseActions(path, csrfToken, license) },
  ];
}

/** Shows the end of a day as a date, and any other instant in full. */
function renderEnd({ expiresOn, standing }: LicenseRow): Html {
  if (expiresOn === null) return html`No end`;
  const end = html`<time datetime="${expiresOn}">${expiresOn.replace('T23:59:59Z', '')}</time>`;
  return standing === '' ? end : html`${end} <span class="mark bad">${standing}</span>`;
}

function renderLicenseActions(path: string, csrfToken: string, license: LicenseRow): Html {
  const { id, name, isActive } = license;
  const licensePath = `${path}/licenses/${id}`;
  const verb = isActive ? 'Deactivate' : 'Activate';
  return html`<div class="controls">
    <a href="${licensePath}" class="button outline" aria-label="Edit ${name}">Edit</a>
    <form method="post" action="${licensePath}/renew">
      ${renderCsrfField(csrfToken)}<button class="outline" aria-label="Renew for a year: ${name}">
        Renew for a year
      </button>
    </form>
    <form method="post" action="${licensePath}/activation">
      ${renderCsrfField(csrfToken)}
      <button
        class="outline secondary"
        name="isActive"
        value="${isActive ? 'off' : 'on'}"
        aria-label="${verb} ${name}"
      >
        ${verb}
      </button>
    </form>
  </div>`;
}

function deviceColumns(path: string): readonly ListColumn<DeviceRow>[] {
  return [
    { title: 'Name', cell: ({ name, id }) => html`${name} <small><code>${id}</code></small>` },
    { title: 'Kind', cell: ({ kind }) => html`${kind}` },
    { title: 'License', cell: ({ licenseName }) => html`${licenseName}` },
    { title: 'Hub Server', cell: ({ hubName }) => html`${hubName ?? 'None'}` },
    { title: 'URL', cell: ({ url }) => html`${url ?? 'None'}` },
    { title: 'Authorization', cell: renderAuthorization },
    { title: 'Actions', cell: (device) => renderDeviceActions(path, device) },
  ];
}

function renderAuthorization({ authorized, authorization }: DeviceRow): Html {
  return authorized ? html`<span class="mark good">${authorization}</span>` : html`${authorization}`;
}

function renderDeviceActions(path: string, { id, name, authorized }: DeviceRow): Html {
  const devicePath = `${path}/devices/${id}`;
  return html`<div class="controls">
    <a href="${devicePath}" class="button outline" aria-label="Edit ${name}">Edit</a>
    ${
      authorized &&
      html`<a
        href="${devicePath}/revoke"
        class="button outline secondary"
        aria-label="Remove authorization of ${name}"
        >Remove authorization</a
      >`
    }
  </div>`;
}
