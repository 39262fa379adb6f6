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
