export interface TestReference {
  readonly path: string;
  readonly titles: readonly string[];
}

export interface AssuranceRow {
  readonly name: string;
  readonly promise: string;
  readonly references: readonly TestReference[];
  readonly note: string;
  readonly lastRun: string;
}

export function readRows(text: string): AssuranceRow[];
