/** The originator of an action, as recorded in the audit trail. */
export interface AuditActor {
  readonly name: string;
  /** The address of the request; `null` if it did not come over a network. */
  readonly address: string | null;
}

/** The actor for changes caused by time, the Authorization server or a restart. */
export const serviceItself: AuditActor = { name: 'system', address: null };
