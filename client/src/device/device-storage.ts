/**
 * Stores the state of a device: a short text that contains its private key, its license token and its refresh token. The
 * device writes it at each refresh. When `write` resolves, the state must be durable: the previous refresh token is spent.
 */
export interface DeviceStorage {
  /** Resolves to the last state that was written; `null` if there is none. */
  read(): Promise<string | null>;
  /** Replaces the state. Rejects if it cannot be stored. */
  write(state: string): Promise<void>;
}
