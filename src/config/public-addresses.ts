import { ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';

/** Validates a comma-separated list of http(s) addresses without user, query and fragment. */
@ValidatorConstraint()
export class PublicAddresses implements ValidatorConstraintInterface {
  validate(list: string): boolean {
    return list.split(',').every((text) => isAddress(text.trim()));
  }
}

function isAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s?#@"'<>\\]+$/i.test(text) || !URL.canParse(text)) return false;
  return !/;|%/.test(new URL(text).pathname);
}
