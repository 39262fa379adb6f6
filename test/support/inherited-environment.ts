/**
 * The variables that each process of a test inherits: the paths of programs, and the clock of `npm run test:dates`,
 * which all processes must share. With other variables, the result could depend on the machine.
 */
export const inheritedEnvironment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(PATH|TZ|LD_PRELOAD|FAKETIME.*)$/.test(name)),
);
