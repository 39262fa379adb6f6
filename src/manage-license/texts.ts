import { fallbackLanguage, languageOf, type PageLanguage } from '../config/page-language.js';
import { historyTexts } from './history-texts.js';
import { helpTexts } from './help-texts.js';
import { html, type Html } from './html.js';
import { peerTexts } from './peer-texts.js';
import { spanish } from './spanish-texts.js';
import { vendorLabels } from './vendor-labels.js';

export const english = {
  /** The BCP 47 tag of these texts. */
  language: 'en',
  product: 'POS licensing',
  skipToContent: 'Skip to content',
  loggedInAs: (name: string) => `Logged in as ${name}`,
  none: 'None',
  newTab: '(opens in a new tab)',
  openServer: 'Open the Authorization server',

  copy: {
    label: 'Copy',
    serverId: 'Copy Server ID',
    copied: 'Copied',
    failed: 'Select the text and copy it manually',
  },

  footer: { help: 'Help' },

  look: {
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    language: 'Language',
  },

  distance: {
    format: new Intl.RelativeTimeFormat('en', { numeric: 'always' }),
    justPassed: 'less than a minute ago',
    soon: 'in less than a minute',
  },

  held: { text: 'The license has changed.', show: 'Show it' },

  navigation: {
    label: 'Main',
    license: 'License',
    peers: 'Servers and registers',
    history: 'History',
    logOut: 'Log out',
  },

  login: {
    title: 'Log in',
    introduction: 'This page shows and manages the license of this POS server.',
    token: 'Admin token',
    name: 'Your name (optional)',
    nameHint: 'The history shows it next to your actions.',
    submit: 'Log in',
    help: 'Where is the admin token?',
    inFile: 'This service created it at its first start. On the server, it is in this file:',
    showFile: 'To show it, run on the server:',
    inSetting:
      'It is the setting **ADMIN_TOKEN** of this service, or in the file that **ADMIN_TOKEN_FILE** names.',
    noFile:
      'This service created it at its first start, and its file is no longer on the server. Perhaps a password manager has it.',
    reset:
      'Lost it? On the server, stop the service, run **pos-licensing reset-admin-token**, and start the service again. ' +
      'The old token then no longer works.',
    changeSetting:
      'Lost it? Stop the service, set **ADMIN_TOKEN** to a new secret of at least 16 characters, and start the service again. ' +
      'The old token then no longer works.',
    wrong: 'Incorrect admin token. See below for where to find it.',
    slowed:
      'Incorrect admin token. Too many incorrect attempts: further ones are delayed. The correct token is always accepted.',
    refused:
      'Incorrect admin token, and too many incorrect attempts are in progress. Wait a few seconds, then try again.',
    badName:
      'A name has at most 64 characters: letters, digits, punctuation, symbols and spaces. Change the name, then try again.',
    takenName: 'The history uses the name “system” for the service itself. Choose another name.',
    ended: 'Your session has ended. Log in again to continue.',
  },

  license: {
    title: vendorLabels.title,
    fields: vendorLabels.fields,
    statuses: vendorLabels.statuses,
    details: 'License details',
    nextRefresh: 'Next refresh',
    lastContact: 'Last contact with the Authorization server',
    neverContacted: 'never',
    technical: 'Technical details',
    next: vendorLabels.next,
    complete: vendorLabels.complete,
    cancel: 'Cancel',
    refresh: 'Refresh now',
    checkAgain: 'Check again',
    remove: 'Remove License',
  },

  standing: {
    canSellUntil: (date: Html, limit: string) => html`Registers can sell until ${date} (${limit})`,
    cannotSell: (why: string) => html`Registers cannot sell (${why})`,
    cannotSellSince: (date: Html, why: string) => html`Registers cannot sell since ${date} (${why})`,
    unlicensed: 'Registers cannot sell: this server has no license',
    /** The text of the bar for the time until registers cannot sell. */
    timeLeft: (percent: number) => `${percent}% of the time is left`,
    limits: { token: 'license token', license: 'license renewal date' },
    ends: { expired: 'license expired', 'token-expired': 'license token expired' },
  },

  acquire: {
    title: 'Acquire a license',
    introduction: 'This server has no license yet. Acquiring one takes six steps and about a minute:',
    again: 'To acquire the license again:',
    steps: {
      logIn:
        'In a separate tab, log in to the Authorization server, choose the organization to manage, then choose **Authorize Device**.',
      chooseDevice: 'Choose the device to license from the **Device** drop-down list.',
      next: 'Back on the license page choose **Next**.',
      copy: 'The page now shows a **User Code**. Copy it to the clipboard.',
      authorize:
        'On the Authorization server paste it into the **User Code** field, choose **Authorize** and confirm any prompts.',
      complete:
        'Back on the license page choose **Complete Authorization**. The page then shows the license details.',
    },
    /** Below the step in which the device is chosen, if this server was licensed before. */
    chooseAgain: (server: string) =>
      `This server was licensed as **${server}** before: choose **${server}**.`,
    userCode: vendorLabels.userCode,
    copy: 'Copy User Code',
    expires: 'This code expires',
    timeLeft: 'Time left:',
    /** The parts of the way to a license, which are ticked off. */
    phases: {
      label: 'Progress',
      code: 'Get a User Code',
      confirm: 'Confirm on the Authorization server',
      licensed: 'Licensed',
      done: '(done)',
    },
    phone: {
      title: 'With a phone',
      text: 'Scan this code. It opens the Authorization server with the User Code filled in.',
      link: 'Open with the User Code filled in',
      qrCode: 'QR code of the Authorization server’s address with the User Code',
    },
    movesOn: 'This page also shows the license without a click soon after you confirm.',
  },

  warnings: {
    tokenExpiring: {
      title: 'The license token expires soon',
      text: 'Reconnect the server to the internet to obtain fresh tokens.',
    },
    tokenExpired: {
      title: 'The license token has expired',
      text: 'Reconnect the server to the internet to obtain fresh tokens. Until then, connections of registers and other servers may be refused.',
    },
    offline: {
      title: 'The Authorization server cannot be reached',
      text: 'The license does not change, and the service keeps trying. Check the internet connection of this server.',
    },
    refused: {
      title: 'The Authorization server did not refresh the license token',
      text: 'Correct the license on the Authorization server, then choose **Check again**.',
    },
    requiresRenewal: {
      title: 'Renew the license',
      text: 'The renewal date is near. Renew the license on the Authorization server. The next refresh applies the renewal; to apply it now, choose **Check again**.',
    },
    expired: {
      title: 'The license has expired',
      text: 'Renew the license on the Authorization server, then choose **Check again**. If it cannot be renewed, choose **Remove License**, then follow the steps to acquire a license again.',
    },
    reauthorization: {
      title: 'This server must be authorized again',
      text: 'The Authorization server no longer accepts the refresh token of this server: it was replaced, used twice or became too old, or this server was restored from a backup. The license stays until its token expires. Authorize this server again before then with the steps below.',
    },
    serverChanged: {
      title: (now: string) => `This server is now licensed as ${now}`,
      text: (now: string, before: string) =>
        `Before, it was **${before}**. Registers that are assigned to ${before} are refused. If that is a mistake, choose **Remove License**, then acquire the license again and choose **${before}**. If ${now} is right, assign the registers to it on the Authorization server.`,
    },
    clockSuspect: {
      title: 'The clock of this server seems to be wrong',
      text: 'Correct the date and time of this server. Until then the service uses the last trusted time.',
    },
    shortLife: {
      title: 'License tokens live less than 24 hours',
      text: 'Registers stop selling when this server has been offline for the life of its license token. On the Authorization server, let access tokens live at least 24 hours; 7 days are a good value. Then choose **Check again**.',
    },
    machineTime: 'This server shows',
    trustedTime: 'According to the Authorization server it is',
    until: 'Expires',
    expiredAt: 'Expired',
    since: 'Since',
    nextTry: 'Next try',
    reason: 'Reason:',
  },

  ended: {
    removed: {
      title: 'The license was removed from this server',
      text: 'To license this server again, follow the steps below.',
    },
    revoked: {
      title: 'The Authorization server has revoked the license',
      text: 'The authorization of this server was removed there, or was not renewed before its license token expired. Authorize this server again with the steps below.',
    },
  },

  authorizationEnded: {
    denied: {
      title: 'The authorization was denied',
      text: 'Someone chose **Deny** on the Authorization server. If that was a mistake, choose **Next** to get a new User Code.',
    },
    expired: {
      title: 'The User Code has expired',
      text: 'Nobody entered it in time. Choose **Next** to get a new one.',
    },
    refused: {
      title: 'The Authorization server did not grant a license',
      text: 'Fix the problem described below, then choose **Next** to get a new User Code.',
    },
  },

  notices: {
    pending: {
      title: 'Not authorized yet',
      text: 'Nobody has entered and confirmed this User Code on the Authorization server yet. Do that, then choose **Complete Authorization** again.',
    },
    'no-authorization': {
      title: 'There is no User Code to complete',
      text: 'It was canceled. Choose **Next** to get a new one.',
    },
    'next-unreachable': {
      title: 'The Authorization server cannot be reached',
      text: 'The Authorization server issues the User Code. Check the internet connection of this server, then choose **Next** again.',
    },
    'complete-unreachable': {
      title: 'The Authorization server cannot be reached',
      text: 'The User Code remains valid. Check the internet connection of this server, then choose **Complete Authorization** again.',
    },
    'refresh-unreachable': {
      title: 'The license token was not refreshed',
      text: 'The Authorization server sent no usable answer. The license does not change.',
    },
    'license-present': {
      title: 'This server is already licensed',
      text: 'To acquire another license, choose **Remove License** first.',
    },
    'no-license': { title: 'This server has no license to refresh', text: 'Choose **Next** to acquire one.' },
    acquired: { title: 'This server is licensed', text: 'Registers and other servers have been notified.' },
    refreshed: { title: 'Done', text: 'The Authorization server answered. This page is up to date.' },
    cancelled: { title: 'Canceled', text: 'The User Code is no longer valid.' },
  },

  removal: {
    title: 'Remove License',
    question: (server: string) => `Remove the license from ${server}?`,
    effects: [
      'Registers of this server cannot sell until it is licensed again. They and the servers that connect to it are notified immediately.',
      'The license is returned to the Authorization server immediately, or as soon as the Authorization server can be reached.',
      'To license this server again, you need the internet and someone who can log in to the Authorization server.',
    ],
    confirm: 'Remove License',
    keep: 'Keep License',
  },

  history: historyTexts,
  peers: peerTexts,
  help: helpTexts,

  errors: {
    back: 'Go to the license page',
    400: {
      title: 'The request was not valid',
      text: 'The service cannot process what the browser sent. Go to the license page and try again from there.',
    },
    403: {
      title: 'This form is out of date',
      text: 'It belongs to an earlier login or to another page. Go to the license page and try again from there.',
    },
    404: { title: 'Page not found', text: 'The address may be mistyped, or the page has moved.' },
    429: { title: 'Too many attempts', text: 'Wait a few seconds, then try again.' },
    500: {
      title: 'Something went wrong',
      text: 'The service could not complete the request. It saved no partial changes. Try again; if the error persists, see the log of the service.',
    },
  },
};

/** Every text of the pages, in one language. `**words**` are bold. A language without one of them does not compile. */
export type Texts = typeof english;

/** A heading and the text below it. */
export interface Message {
  readonly title: string;
  readonly text: string;
}

export type NoticeKind = keyof Texts['notices'];

const languages: Readonly<Record<PageLanguage, Texts>> = { en: english, es: spanish };

/** Returns the texts in the language of a locale, such as `es-MX`. */
export function textsFor(locale: string): Texts {
  return languages[languageOf(locale) ?? fallbackLanguage];
}
