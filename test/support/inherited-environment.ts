/**
 * The variables that each process of a test takes over: where programs are, and the clock of `npm run test:dates`, which all
 * processes have to share. Anything else would let the machine of a developer decide what a test sees.
 */
export const inheritedEnvironment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(PATH|TZ|LD_PRELOAD|FAKETIME.*)$/.test(name)),
);
