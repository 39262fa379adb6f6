/** The stream of a server's own events, and its subjects. */
export const licenseStreamName = 'LICENSING';
export const eventSubjects = ['license.status', 'token.expiring'] as const;

/** The hub's stream of the events of its store servers, and its subjects. */
export const storesStreamName = 'STORES';
export const storesSubjects = eventSubjects.map((subject) => storesSubject('*', subject));

/** Returns the subject at the hub for the events of a store server. */
export function storesSubject(serverId: string, subject: string): string {
  return `stores.${serverId}.${subject}`;
}

/** Returns the subject on which the hub's service receives these events of all store servers, to pass them to the stream. */
export function receivedSubject(subject: string): string {
  return `svc.licensing.store.*.${subject}`;
}
