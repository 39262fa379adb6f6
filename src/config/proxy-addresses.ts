import { isIP } from 'node:net';
import { ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';

/** Validates a comma-separated list of addresses and networks (`10.0.0.0/8`). */
@ValidatorConstraint()
export class ProxyAddresses implements ValidatorConstraintInterface {
  validate(list: string): boolean {
    return list.split(',').every((address) => isAddressOrNetwork(address.trim()));
  }
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const longest = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || more.length > 0) return false;
  // A /0 network would trust everyone.
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= longest);
}
