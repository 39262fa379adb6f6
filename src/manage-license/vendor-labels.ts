import { licenseStatusTexts } from '../domain/license-status.js';

/** The labels of the vendor. They stay English in every language, as in the vendor's manual. */
export const vendorLabels = {
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
  statuses: licenseStatusTexts,
  next: 'Next',
  complete: 'Complete Authorization',
  userCode: 'User Code',
};

/** The labels on the Authorization server that the steps mention. */
const serverLabels = ['Authorize Device', 'Device', 'Authorize', 'Deny'];
const { fields, statuses, ...others } = vendorLabels;
const allLabels: ReadonlySet<string> = new Set([
  ...Object.values(fields),
  ...Object.values(statuses),
  ...Object.values(others),
  ...serverLabels,
]);

export function isVendorLabel(text: string): boolean {
  return allLabels.has(text);
}
