import { formatInstant, parseExpiresOn } from '../domain/instant.js';
import type { License } from '../domain/model.js';
import { isName } from '../domain/name.js';
import type { Texts } from './texts.js';
import type { LicenseDraft } from './views/license-view.js';

type LicenseTerms = Omit<License, 'id' | 'organizationId'>;

export function readLicenseDraft(form: ReadonlyMap<string, string>): LicenseDraft {
  return {
    name: form.get('name') ?? '',
    count: form.get('count') ?? '',
    expiresOn: form.get('expiresOn') ?? '',
    features: form.get('features') ?? '',
    isActive: form.get('isActive') === 'on',
  };
}

/** Returns the form fields of a license. The end of a day is shown as a date, any other instant in full. */
export function describeDraft(license: License): LicenseDraft {
  const expiresOn = license.expiresOn === null ? '' : formatInstant(license.expiresOn);
  return {
    name: license.name,
    count: String(license.count),
    expiresOn: expiresOn.replace('T23:59:59Z', ''),
    features: license.features.join(' '),
    isActive: license.isActive,
  };
}

export function validateLicenseDraft(
  draft: LicenseDraft,
  { badName, licenses: { faults } }: Texts,
): { ok: true; terms: LicenseTerms } | { ok: false; fault: string } {
  if (!isName(draft.name)) return { ok: false, fault: badName };
  if (!/^\d{1,7}$/.test(draft.count) || Number(draft.count) > 1_000_000) {
    return { ok: false, fault: faults.count };
  }
  const expiresOn = draft.expiresOn === '' ? null : parseExpiresOn(draft.expiresOn);
  if (expiresOn === null && draft.expiresOn !== '') {
    return { ok: false, fault: faults.expiresOn };
  }
  const features = [...new Set(draft.features.split(/[\s,]+/).filter((feature) => feature !== ''))];
  if (
    features.length === 0 ||
    features.length > 20 ||
    !features.every((feature) => /^[a-z][a-z0-9-]{0,39}$/.test(feature))
  ) {
    return { ok: false, fault: faults.features };
  }
  return {
    ok: true,
    terms: { name: draft.name, count: Number(draft.count), expiresOn, features, isActive: draft.isActive },
  };
}
