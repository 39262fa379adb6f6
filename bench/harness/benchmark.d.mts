import type { Fixtures } from '../fixtures/fixtures.mjs';

/** One way to do a job. A round resolves to what it cost, a number for each figure; less is better. */
export interface Contender {
  readonly name: string;
  readonly round: () => Promise<Record<string, number>>;
}

/** The cost of one contender beside another's, in the same round. One of the two targets is given. */
export interface RatioTarget {
  readonly kind: 'ratio';
  readonly figure: string;
  readonly ours: string;
  readonly other: string;
  /** The speed of ours as a part of the other's. */
  readonly atLeast?: number;
  /** The cost of ours as a multiple of the other's. */
  readonly atMost?: number;
}

/** A figure that has to stay within a limit. */
export interface LimitTarget {
  readonly kind: 'limit';
  readonly figure: string;
  readonly ours: string;
  readonly atMost: number;
}

/** How a cost grows with the size that is each contender's name: the exponent, 1 being linear. */
export interface GrowthTarget {
  readonly kind: 'growth';
  readonly figure: string;
  readonly atMost: number;
}

export type Target = RatioTarget | LimitTarget | GrowthTarget;

export interface PreparedBenchmark {
  readonly contenders: readonly Contender[];
  readonly close?: () => Promise<unknown>;
}

export interface Benchmark {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** What is measured, for the report. */
  readonly how: string;
  /** Each figure's unit. */
  readonly figures: Readonly<Record<string, string>>;
  /** Default 7. */
  readonly rounds?: number;
  readonly targets: readonly Target[];
  readonly prepare: (
    fixtures: Fixtures,
    options: { readonly isQuick: boolean },
  ) => Promise<PreparedBenchmark>;
}
