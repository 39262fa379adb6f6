import { vendorLabels } from './vendor-labels.js';

const { statuses } = vendorLabels;

/** The English texts of the help page. `**words**` are bold. */
export const helpTexts = {
  title: 'Help',
  introduction: 'Answers for the person in the store and for the person who supports it.',
  sections: [
    {
      title: 'What do the states mean?',
      facts: [
        [statuses.licensed, 'Everything is in order. There is nothing to do.'],
        [
          statuses['requires-renewal'],
          'Registers can still sell. Renew the license on the Authorization server before its renewal date.',
        ],
        [
          statuses.expired,
          'Registers cannot sell. Renew the license on the Authorization server, then choose **Check again**. Or remove the license and acquire it again.',
        ],
        [statuses.unlicensed, 'Registers cannot sell. Follow the steps on the license page.'],
      ],
    },
    {
      title: 'Registers cannot sell. What now?',
      facts: [
        ['Read the license page', 'Its warnings name the cause and the remedy, the most urgent first.'],
        [
          'Check the internet connection',
          'The license token lasts some days without internet. Then the server must be online once.',
        ],
        [
          'Check the list of servers and registers',
          'It names each device that this server refuses, with the reason.',
        ],
      ],
    },
    {
      title: 'What does support need?',
      facts: [
        [vendorLabels.fields.serverId, 'On the license page, with a button that copies it.'],
        ['Version', 'At the bottom of every page.'],
        ['History', 'On the history page, **Export as CSV** saves all of it as a file without secrets.'],
        ['Diagnosis', 'On the server, run **pos-licensing doctor**. It names each fault and its remedy.'],
      ],
    },
    {
      title: 'Where is the admin token?',
      facts: [
        [
          'Not changed since the installation',
          'It is in the file **initial-admin-token** in the data folder of this service. The login page shows the path.',
        ],
        [
          'Set by an administrator',
          'It is the setting **ADMIN_TOKEN** or in the file of **ADMIN_TOKEN_FILE**.',
        ],
        ['Lost', 'On the server, run **pos-licensing reset-admin-token**.'],
      ],
    },
  ] as readonly HelpSection[],
};

export interface HelpSection {
  readonly title: string;
  readonly facts: readonly (readonly [term: string, explanation: string])[];
}
