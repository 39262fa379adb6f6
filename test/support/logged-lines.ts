/** Everything that the applications in this process log, as the service writes it at its most talkative. */
export const loggedLines: string[] = [];
