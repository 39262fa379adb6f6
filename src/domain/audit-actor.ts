/** Who caused something, as the audit trail names them. */
export interface AuditActor {
  readonly name: string;
  /** The address that the request came from; null: it came from no network. */
  readonly address: string | null;
}

/** The service itself: what time, the Authorization server or a restart has caused. */
export const serviceItself: AuditActor = { name: 'system', address: null };
