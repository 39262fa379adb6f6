import type { ApprovalRefusalCode } from '../authorization/check-approval.js';
import type { DeviceFaultCode } from '../authorization/change-device.js';
import type { DeviceKind } from '../domain/model.js';
import { type Html, html } from './html.js';
import type { PageLanguage } from './page-language.js';
import { spanish } from './spanish-texts.js';
import { vendorLabels } from './vendor-labels.js';

/** What the text of a refusal names. */
export interface RefusedDevice {
  deviceId: string;
  kind: DeviceKind;
  licenseId: string;
  /** The number of devices that the license covers. */
  count: number;
}

export const english = {
  product: 'Mock Authorization server',
  skipToContent: 'Skip to content',
  aboutServer: 'About this server',
  mockNote: html`<strong>Mock Authorization server</strong> for development and tests. Its licenses are not
    real.`,
  look: {
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    language: 'Language',
  },
  navigation: 'Main',
  logOut: 'Log out',
  cancel: 'Cancel',
  create: 'Create',
  save: 'Save',
  edit: 'Edit',
  editNamed: (name: string): string => `Edit ${name}`,
  actions: 'Actions',
  none: 'None',
  yes: 'Yes',
  no: 'No',
  organization: 'Organization',
  backTo: (organization: string): string => `Back to ${organization}`,
  kinds: { server: 'Server', register: 'Register' } as Record<DeviceKind, string>,
  labels: vendorLabels,

  login: {
    title: 'Log in',
    email: 'E-mail address',
    password: 'Password',
    submit: 'Log in',
    where: 'Where to find them',
    emailIs: (email: Html): Html => html`The e-mail address is ${email}.`,
    passwordInSetting: html`The password is the one in the setting <strong>LOGIN_PASSWORD</strong> of this
      server.`,
    passwordInFile: 'The password is in this file on the machine of this server:',
    wrong: 'Incorrect e-mail address or password.',
    slowed: (seconds: number): string =>
      `Too many incorrect attempts: wait ${seconds} seconds and try again.`,
  },

  organizations: {
    id: 'ID',
    manageNamed: (name: string): string => `Manage ${name}`,
    authorizeNamed: (name: string): string => `Authorize Device of ${name}`,
    chooseForCode: (code: Html): Html =>
      html`Choose the organization of the device that shows the User Code ${code}.`,
    empty: 'There is no organization yet. Create one below.',
    idHint: 'A group prefix, a dash, then lowercase letters and digits.',
    badId: 'The ID must be a group prefix, a dash, then lowercase letters and digits, such as fc-example.',
    takenId: 'This ID is taken: choose another.',
  },
  badName: 'The name must have between 1 and 100 characters.',

  licenses: {
    title: 'Licenses',
    empty:
      'No license yet. A license sets the features of its devices, how many devices it covers, and its end.',
    create: 'Create a license',
    titleOf: (name: string): string => `License ${name}`,
    used: 'Used of count',
    usedOf: (used: number, count: number): string => `${used} of ${count}`,
    noEnd: 'No end',
    expired: 'expired',
    renew: 'Renew for a year',
    renewNamed: (name: string): string => `Renew for a year: ${name}`,
    activate: 'Activate',
    activateNamed: (name: string): string => `Activate ${name}`,
    deactivate: 'Deactivate',
    deactivateNamed: (name: string): string => `Deactivate ${name}`,
    countHint: 'The number of devices that it covers.',
    expiresHint: 'The end of that day in UTC. Leave it empty for a license without an end.',
    featuresHint: 'For example xms for servers, register for registers.',
    faults: {
      count: 'The count must be a number from 0 to 1000000.',
      expiresOn: 'The end must be a date such as 2027-06-30, or empty.',
      features: 'The licensed features must be words in lowercase letters, such as xms or register.',
    },
  },

  devices: {
    title: 'Devices',
    empty: 'No device yet. Create the servers and registers of this organization, then authorize them.',
    needLicense: 'A device needs a license that covers it. Create the license first.',
    create: 'Create a device',
    titleOf: (name: string): string => `Device ${name}`,
    kind: 'Kind',
    license: 'License',
    url: 'URL',
    authorization: 'Authorization',
    notAuthorized: 'Not authorized',
    replayed: 'Must be authorized again: a refresh token was replayed',
    authorizedSince: (date: Html): Html => html`Authorized since ${date}`,
    hubHint: 'The server that this device connects to.',
    urlHint: 'The address for its registers and store servers. Only for servers.',
    remove: 'Remove authorization',
    removeNamed: (name: string): string => `Remove authorization of ${name}`,
    removeTitle: (name: string): string => `Remove the authorization of ${name}?`,
    removeEffect: (device: Html, organization: string): Html =>
      html`${device} of ${organization} loses its license permanently at its next refresh. To restore it,
      authorize the device again with a new User Code. Its seat becomes free.`,
    faults: {
      url: 'The URL must be an http or https URL, such as https://store.example.',
      license: 'The license must belong to this organization.',
      hub: 'The hub server must be a server of this organization.',
      'hub-cycle': 'The hub server must not lead back to the device itself.',
    } satisfies Record<DeviceFaultCode, string>,
  },

  authorize: {
    noDevices: (organization: string): string =>
      `${organization} has no device yet. Create a device first, then authorize it.`,
    alreadyAuthorized: 'already authorized',
    chooseDevice: 'Choose the device',
    codeHint: html`Choose <strong>Next</strong> on the license page to get it.`,
    question: (device: string): string => `Authorize ${device}?`,
    effect: 'This grants a license to the device that shows this User Code.',
    asker: (name: Html): Html =>
      html`The asking device calls itself ${name}. This server cannot verify that name.`,
    again: html`This device is already authorized. <strong>Confirm</strong> ends its old authorization, whose
      license tokens stay valid until they expire.`,
    advice: html`Choose <strong>Confirm</strong> only if you see this User Code on the license page of that
      device. If somebody sent you the code, choose <strong>Deny</strong>.`,
    granted: 'Device authorized',
    grantedText: (device: Html, organization: string): Html =>
      html`${device} of ${organization} is authorized. Back on its license page choose
        <strong>Complete Authorization</strong>.`,
    denied: 'Authorization denied',
    deniedText: 'Nothing was granted. The User Code is no longer valid.',
    slowed: (minutes: number): string =>
      `Too many incorrect user codes: wait ${minutes} minutes and try again.`,
    refusals: {
      'user-code-unknown': () => 'Unknown user code: compare it with the license page.',
      'user-code-used': () =>
        html`This user code was already used: choose <strong>Next</strong> on the license page again.`,
      'user-code-expired': () =>
        html`This user code has expired: choose <strong>Next</strong> on the license page again.`,
      'device-unknown': () => 'There is no such device in this organization.',
      'wrong-device-kind': ({ deviceId, kind }) =>
        kind === 'server'
          ? `This user code was issued to a register, but ${deviceId} is a server: choose another device.`
          : `This user code was issued to a server, but ${deviceId} is a register: choose another device.`,
      'license-expired': ({ licenseId }) => `The license ${licenseId} has expired and must be renewed.`,
      'license-inactive': ({ licenseId }) => `The license ${licenseId} is not active.`,
      'license-used-up': ({ licenseId, count }) =>
        `The license ${licenseId} is used up: it covers ${count} devices.`,
    } as Record<ApprovalRefusalCode, (refused: RefusedDevice) => Html | string>,
  },

  help: {
    title: 'Help',
    introduction:
      'This server replaces the Authorization server of the vendor. Here a person grants licenses to servers and registers.',
    stepsTitle: 'License a device',
    steps: [
      html`On the license page of the device, choose <strong>Next</strong>. The page shows a User Code.`,
      html`Log in here, choose <strong>Manage</strong> next to the organization, then
        <strong>Authorize Device</strong>.`,
      html`Choose the device, enter the User Code, choose <strong>Authorize</strong>, compare what the page
        shows, and choose <strong>Confirm</strong>.`,
      html`Back on the license page, choose <strong>Complete Authorization</strong>.`,
    ],
    more: html`The login page shows where the password is. All settings are in the file
      <code>mock-auth-server/README.md</code> of the project.`,
    back: 'Go to the organizations',
  },

  failures: {
    back: 'Back to the organizations',
    noPage: { title: 'Not found', text: 'There is no such page.' },
    noOrganization: { title: 'Not found', text: 'There is no such organization.' },
    noDevice: { title: 'Not found', text: 'There is no such device in this organization.' },
    noLicense: { title: 'Not found', text: 'There is no such license in this organization.' },
    noDecision: {
      title: 'No decision',
      text: html`Choose <strong>Confirm</strong> or <strong>Deny</strong>: nothing was granted or denied.`,
    },
    otherSite: { title: 'Form refused', text: 'This form was sent by another site.' },
    otherSession: {
      title: 'Form refused',
      text: 'This form does not belong to your session: go back, reload the page and try again.',
    },
    unreadable: { title: 'Form refused', text: 'This form could not be read.' },
    internal: { title: 'Internal error', text: 'Something went wrong: see the log of this server.' },
  },
};

/** Every text of the pages, in one language. A language without one of them does not compile. */
export type Texts = typeof english;
export type FailureKind = Exclude<keyof Texts['failures'], 'back'>;

const tables: Readonly<Record<PageLanguage, Texts>> = { en: english, es: spanish };

export function textsFor(language: PageLanguage): Texts {
  return tables[language];
}
