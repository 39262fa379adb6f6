import type { Stage } from '../stage/stage.mjs';

/** One way to do a job. A round resolves to what it cost, a number for each figure; less is better. */
export interface Contender {
  readonly name: string;
  round(): Promise<Record<string, number>>;
}

/** What a row promises of two of its contenders. */
export interface Comparison {
  readonly ours: string;
  readonly other: string;
  readonly figure: string;
  /** The speed of the first as a part of the other's. */
  readonly atLeast?: number;
  /** The cost of the first as a multiple of the other's. */
  readonly atMost?: number;
}

export interface PreparedRow {
  readonly contenders: readonly Contender[];
  close?(): Promise<unknown>;
}

export interface Row {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** What is measured, for the report. */
  readonly how: string;
  /** Each figure's unit. */
  readonly figures: Readonly<Record<string, string>>;
  /** Default 7. */
  readonly rounds?: number;
  readonly comparisons: readonly Comparison[];
  prepare(stage: Stage, options: { readonly isQuick: boolean }): Promise<PreparedRow>;
}
