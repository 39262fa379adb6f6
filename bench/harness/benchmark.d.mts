import type { Fixtures } from '../fixtures/fixtures.mjs';

/** One way to do a job. A round resolves to its cost, one number per figure; less is better. */
export interface Contender {
  readonly name: string;
  readonly round: () => Promise<Record<string, number>>;
}

/** Compares the costs of two contenders in the same round. One of `atLeast` and `atMost` is set. */
export interface RatioTarget {
  readonly kind: 'ratio';
  readonly figure: string;
  readonly ours: string;
  readonly other: string;
  /** Our speed divided by the other's. */
  readonly atLeast?: number;
  /** Our cost divided by the other's. */
  readonly atMost?: number;
}

/** Limits a figure. */
export interface LimitTarget {
  readonly kind: 'limit';
  readonly figure: string;
  readonly ours: string;
  readonly atMost: number;
}

/** Limits the exponent of a cost that grows with the size in the contender's name; 1 is linear. */
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
  /** On the command line. */
  readonly name: string;
  readonly title: string;
  /** Describes the measurement in the report. */
  readonly how: string;
  /** The unit of each figure. */
  readonly figures: Readonly<Record<string, string>>;
  /** Default 7. */
  readonly rounds?: number;
  readonly targets: readonly Target[];
  /** Why its targets may be missed; the profile is in docs/performance.md. */
  readonly exception?: string;
  readonly prepare: (
    fixtures: Fixtures,
    options: { readonly isQuick: boolean },
  ) => Promise<PreparedBenchmark>;
}
