import type { TestModule } from 'vitest/node';

export interface ProgressOptions {
  readonly isTerminal?: boolean;
  readonly print?: (line: string) => void;
  readonly nowMs?: () => number;
}

export class ProgressReporter {
  constructor(options?: ProgressOptions);
  onTestRunStart(specifications: readonly unknown[]): void;
  onTestCaseResult(test: { result(): { state: string } }): void;
  onTestModuleEnd(
    file: Pick<TestModule, 'relativeModuleId' | 'diagnostic'> & {
      readonly project: { readonly name: string };
    },
  ): void;
  onTestRunEnd(): void;
}
