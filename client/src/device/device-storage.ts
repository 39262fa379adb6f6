/**
 * Where a device keeps its state, a small text with secrets: its key, its license token and its refresh token. It is
 * written anew at each refresh, and must be kept for good when `write` resolves: the refresh token before is spent.
 */
export interface DeviceStorage {
  /** Resolves to what was written last; null: nothing yet. */
  read(): Promise<string | null>;
  write(state: string): Promise<void>;
}
