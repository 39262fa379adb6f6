/** How a command ends, for scripts. Documented in docs/operations.md and in the help. */
export const exitCodes = {
  ok: 0,
  /** It could not be done; the message says why. */
  failure: 1,
  /** The arguments or the settings cannot be used. */
  usage: 2,
  /** The service does not run where it must, or runs where it must not. */
  service: 3,
  /** It was done, and the answer is no: not licensed, denied, a trail that is not whole, a fault that was found. */
  no: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
