/** Exit codes for scripts. Documented in docs/cli.md and in the help. */
export const exitCodes = {
  ok: 0,
  /** The command failed; the message gives the reason. */
  failure: 1,
  /** The arguments or settings are invalid. */
  usage: 2,
  /** The command needs a running service, or a stopped one. */
  service: 3,
  /** The command succeeded with a negative result: not licensed, denied, audit trail not intact, fault found. */
  no: 4,
  /** The user pressed Ctrl-C or Ctrl-D at a question. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
