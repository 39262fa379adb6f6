/** All lines that the applications in this process log, at the most verbose level. */
export const loggedLines: string[] = [];
