import type { DeviceState, LicenseState } from '../../controls/describe-state.js';
import type { Organization } from '../../domain/model.js';
import type { Html } from '../html.js';
import { html } from '../html.js';
import { renderCsrfField, renderPage } from './layout.js';

export type LicenseRow = LicenseState & { standing: string };
export type DeviceRow = DeviceState & { licenseName: string; hubName: string | null; authorization: string };

export interface OrganizationView {
  csrfToken: string;
  organization: Organization;
  licenses: readonly LicenseRow[];
  devices: readonly DeviceRow[];
}

export function renderOrganization(view: OrganizationView): string {
  const path = `/organizations/${view.organization.id}`;
  return renderPage(
    { title: view.organization.name, csrfToken: view.csrfToken },
    html`<p>Organization <code>${view.organization.id}</code></p>
      <p><a href="${path}/authorize-device">Authorize Device</a></p>
      <h2>Licenses</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Used of count</th>
            <th scope="col">Expires on</th>
            <th scope="col">Licensed Features</th>
            <th scope="col">Is Active</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          ${view.licenses.map((license) => renderLicenseRow(path, license, view.csrfToken))}
        </tbody>
      </table>
      <p><a href="${path}/licenses/new">Create a license</a></p>
      <h2>Devices</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">ID</th>
            <th scope="col">Kind</th>
            <th scope="col">License</th>
            <th scope="col">Hub Server</th>
            <th scope="col">URL</th>
            <th scope="col">Authorization</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          ${view.devices.map((device) => renderDeviceRow(path, device))}
        </tbody>
      </table>
      <p><a href="${path}/devices/new">Create a device</a></p>`,
  );
}

function renderLicenseRow(path: string, license: LicenseRow, csrfToken: string): Html {
  const licensePath = `${path}/licenses/${license.id}`;
  return html`<tr>
    <td>${license.name}</td>
    <td>${license.used} of ${license.count}</td>
    <td>${license.expiresOn ?? 'No end'}${license.standing !== '' && html` (${license.standing})`}</td>
    <td>${license.features.join(', ')}</td>
    <td>${license.isActive ? 'Yes' : 'No'}</td>
    <td>
      <a href="${licensePath}" aria-label="Edit ${license.name}">Edit</a>
      <form method="post" action="${licensePath}/renew">
        ${renderCsrfField(csrfToken)}<button>Renew for a year</button>
      </form>
      <form method="post" action="${licensePath}/activation">
        ${renderCsrfField(csrfToken)}
        <button name="isActive" value="${license.isActive ? 'off' : 'on'}">
          ${license.isActive ? 'Deactivate' : 'Activate'}
        </button>
      </form>
    </td>
  </tr>`;
}

function renderDeviceRow(path: string, device: DeviceRow): Html {
  const devicePath = `${path}/devices/${device.id}`;
  return html`<tr>
    <td>${device.name}</td>
    <td><code>${device.id}</code></td>
    <td>${device.kind}</td>
    <td>${device.licenseName}</td>
    <td>${device.hubName ?? 'None'}</td>
    <td>${device.url ?? 'None'}</td>
    <td>${device.authorization}</td>
    <td>
      <a href="${devicePath}" aria-label="Edit ${device.name}">Edit</a>
      ${device.authorized && html`<a href="${devicePath}/revoke" aria-label="Remove authorization of ${device.name}">Remove authorization</a>`}
    </td>
  </tr>`;
}
