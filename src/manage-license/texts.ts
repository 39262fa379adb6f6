import type { AuditAction } from '../domain/ports/license-store.js';
import { peerTexts } from './peer-texts.js';

/** Every word that the pages say, in one place. `**words**` stand out. */
export const texts = {
  product: 'POS licensing',
  skipToContent: 'Skip to content',
  loggedInAs: (name: string) => `Logged in as ${name}`,
  none: 'None',
  newTab: '(opens in a new tab)',

  held: { text: 'The license has changed meanwhile.', show: 'Show it' },

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
    nameHint: 'Shown in the history beside what you do.',
    submit: 'Log in',
    help: 'Where is the admin token?',
    inFile: 'It was created at the first start of this service. On the server, it is in this file:',
    showFile: 'To see it, run there:',
    inSetting:
      'It is the one that this service was started with: its setting **ADMIN_TOKEN**, or the file named by **ADMIN_TOKEN_FILE**.',
    reset:
      'Lost it? Stop the service, set **ADMIN_TOKEN** to a new secret of at least 16 characters, and start it again: ' +
      'that one counts from then on, and the old one no longer does.',
    wrong: 'That is not the admin token. Look below for where it is.',
    slowed:
      'That is not the admin token. After several wrong ones each answer takes up to two seconds; the right one is always let in.',
    refused: 'Too many people are trying to log in at this moment. Wait a few seconds, then try again.',
    badName:
      'The name can have at most 64 letters, digits, punctuation marks and spaces. Change it, then try again.',
    takenName: 'The name “system” is the one that the service itself has in the history. Choose another.',
    ended: 'Your session has ended. Log in again to go on.',
  },

  license: {
    title: 'Manage License',
    fields: {
      status: 'License Status',
      serverId: 'Server ID',
      renewalDate: 'License Renewal Date',
      features: 'Features',
      hubName: 'Hub Server Name',
      hubUrl: 'Hub Server URL',
      tokenExpiry: 'Token Expiry',
    },
    details: 'License details',
    nextRefresh: 'Next refresh',
    lastContact: 'Last contact with the Authorization server',
    neverContacted: 'never',
    technical: 'What the service noted',
    next: 'Next',
    complete: 'Complete Authorization',
    cancel: 'Cancel',
    refresh: 'Refresh now',
    checkAgain: 'Check again',
    remove: 'Remove License',
  },

  acquire: {
    title: 'Acquire a license',
    introduction: 'This server has no license yet. Six steps, about a minute:',
    again: 'To acquire the license again:',
    open: 'Open the Authorization server',
    steps: [
      'In a separate tab, log in to the Authorization server, choose the organization to manage, then choose **Authorize Device**.',
      'Choose the device to license from the **Device** drop-down list.',
      'Back on the license page choose **Next**.',
      'The page now shows a **User Code**. Copy it to the clipboard.',
      'On the Authorization server paste it into the **User Code** field, choose **Authorize** and confirm any prompts.',
      'Back on the license page choose **Complete Authorization**. The page then shows the license details.',
    ],
    userCode: 'User Code',
    copy: 'Copy User Code',
    copied: 'Copied',
    copyFailed: 'Select the code and copy it by hand',
    expires: 'This code expires',
    timeLeft: 'Time left:',
    movesOn: 'Once you have confirmed there, this page shows the license by itself.',
  },

  warnings: {
    tokenExpiring: {
      title: 'The license token expires soon',
      text: 'Reconnect the server to the internet to obtain fresh tokens.',
    },
    tokenExpired: {
      title: 'The license token has expired',
      text: 'Reconnect the server to the internet to obtain fresh tokens. Until then registers and other servers may not be let in.',
    },
    offline: {
      title: 'The Authorization server cannot be reached',
      text: 'The license stays as it is, and the service goes on trying. Check the internet connection of this server.',
    },
    refused: {
      title: 'The Authorization server did not refresh the license token',
      text: 'Put the license right on the Authorization server, then choose **Check again**.',
    },
    requiresRenewal: {
      title: 'Renew the license',
      text: 'The renewal date is near. Renew the license on the Authorization server. This server picks that up by itself; to see it at once, choose **Check again**.',
    },
    expired: {
      title: 'The license has expired',
      text: 'Renewed on the Authorization server? Choose **Check again**. Otherwise choose **Remove License**, then acquire a license again with the steps that are shown then.',
    },
    reauthorization: {
      title: 'This server must be authorized again',
      text: 'This server has lost its right to refresh: an answer of the Authorization server did not arrive, or the server was restored from a backup. The license is kept until its token expires; acquire it again before then with the steps below.',
    },
    clockSuspect: {
      title: 'The clock of this server seems to be wrong',
      text: 'Set its date and time right. Until then the last time that could be trusted counts.',
    },
    until: 'Expires',
    since: 'Since',
    nextTry: 'Next try',
    reason: 'Reason:',
  },

  ended: {
    removed: {
      title: 'The license was removed from this server',
      text: 'To license it again, follow the steps.',
    },
    revoked: {
      title: 'The Authorization server has withdrawn the license',
      text: 'The authorization of this server was removed there. To license it again, follow the steps.',
    },
  },

  authorizationEnded: {
    denied: {
      title: 'The authorization was denied',
      text: 'Somebody chose **Deny** on the Authorization server. If that was a mistake, choose **Next** for a new User Code.',
    },
    expired: {
      title: 'The User Code has expired',
      text: 'It was not entered in time. Choose **Next** for a new one.',
    },
    refused: {
      title: 'The authorization brought no license',
      text: 'See to what the reason says, then choose **Next** for a new User Code.',
    },
  },

  notices: {
    pending: {
      title: 'Not authorized yet',
      text: 'Nobody has entered and confirmed this User Code on the Authorization server so far. Do that there, then choose **Complete Authorization** again.',
    },
    'no-authorization': {
      title: 'There is no User Code to complete',
      text: 'It was cancelled. Choose **Next** for a new one.',
    },
    'next-unreachable': {
      title: 'The Authorization server cannot be reached',
      text: 'A User Code comes from there. Check the internet connection of this server, then choose **Next** again.',
    },
    'complete-unreachable': {
      title: 'The Authorization server cannot be reached',
      text: 'The User Code stays good. Check the internet connection of this server, then choose **Complete Authorization** again.',
    },
    'refresh-unreachable': {
      title: 'The license token was not refreshed',
      text: 'The Authorization server gave no usable answer. The license stays as it is.',
    },
    'license-present': {
      title: 'This server is licensed already',
      text: 'To acquire another license, choose **Remove License** first.',
    },
    'no-license': { title: 'This server has no license to refresh', text: 'Choose **Next** to acquire one.' },
    acquired: { title: 'This server is licensed', text: 'Registers and other servers have been told.' },
    refreshed: { title: 'Done', text: 'The Authorization server has answered: what you see is up to date.' },
    cancelled: { title: 'Cancelled', text: 'The User Code is no longer good.' },
  },

  removal: {
    title: 'Remove License',
    question: (server: string) => `Remove the license from ${server}?`,
    effects: [
      'Registers and servers that connect to this server are told at once that it is not licensed.',
      'The license is given back to the Authorization server: at once, or as soon as it can be reached.',
      'To license this server again you need the internet and somebody who can log in to the Authorization server.',
    ],
    confirm: 'Remove License',
    keep: 'Keep License',
  },

  history: {
    title: 'History',
    trail: 'What was done',
    empty: 'Nothing has happened yet.',
    older: 'Older entries',
    newest: 'Newest entries',
    by: 'by',
    from: 'from',
    system: 'the service',
    reason: 'Reason:',
    lives: 'License and token on a time line',
    tokenLife: 'License token',
    licenseLife: 'License',
    lifePassed: (life: string, passed: number) =>
      `${life}: ${Math.floor(passed * 100)} % of its time has passed`,
    nowLine: 'The upright line is now; the coloured part has passed.',
    moments: {
      issued: 'Token issued',
      'next-refresh': 'Next refresh',
      warning: 'Warning',
      'token-expiry': 'Token Expiry',
      'renewal-window': 'Renewal is asked for',
      renewal: 'License Renewal Date',
    },
    noRenewal: 'The license has no renewal date.',
    actions: {
      'authorization-requested': 'User Code requested',
      'authorization-cancelled': 'User Code cancelled',
      'authorization-denied': 'Authorization denied on the Authorization server',
      'authorization-expired': 'User Code expired',
      'authorization-refused': 'License refused by the Authorization server',
      acquired: 'License acquired',
      refreshed: 'License token refreshed',
      'refresh-failed': 'License token not refreshed',
      'status-changed': 'License status changed',
      removed: 'License removed',
      revoked: 'License withdrawn by the Authorization server',
      'grant-revoked-at-server': 'Removed license given back to the Authorization server',
      'backed-up': 'Backup made',
      restored: 'Restored from a backup',
      'key-rotated': 'Key of the secrets replaced',
      'admin-token-reset': 'Admin token replaced',
    } satisfies Record<AuditAction, string>,
    renewed: 'License renewed',
    termsChanged: 'License terms changed',
    changes: {
      status: 'Status',
      serverId: 'Server ID',
      organizationId: 'Organization',
      features: 'Features',
      renewalDate: 'License Renewal Date',
      hubId: 'Hub server',
      tokenExpiresAt: 'Token Expiry',
    },
  },

  peers: peerTexts,

  errors: {
    back: 'Go to the license page',
    400: {
      title: 'That did not work',
      text: 'The page sent something that this service does not understand.',
    },
    403: {
      title: 'That form is out of date',
      text: 'It belongs to an earlier login or to another page. Go to the license page and try again from there.',
    },
    404: { title: 'There is no such page', text: 'The address may be mistyped, or the page has moved.' },
    429: { title: 'Too many attempts', text: 'Wait a few seconds, then try again.' },
    500: {
      title: 'Something went wrong',
      text: 'The service could not do that. Nothing was half done. Try again; if it stays, the log of the service says why.',
    },
  },
} as const;

/** What a person is told in a heading and a sentence or two. */
export interface Message {
  readonly title: string;
  readonly text: string;
}

export type NoticeKind = keyof typeof texts.notices;
