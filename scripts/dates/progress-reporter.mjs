/**
 * Shows how a run gets on in a line for every tenth file, and for each file that fails, with the reasons. Ten runs of the
 * whole suite would fill the screen a hundred times with what passed.
 */
export default class ProgressReporter {
  #files = 0;
  #done = 0;
  #startedAt = performance.now();

  /** @param {readonly unknown[]} specifications */
  onTestRunStart(specifications) {
    this.#files = specifications.length;
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd(module) {
    this.#done += 1;
    if (this.#done % 10 === 0 || this.#done === this.#files) {
      const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
      console.log(`  ${this.#done} of ${this.#files} files, ${seconds} s`);
    }
    if (module.state() !== 'failed') return;
    console.log(`  ✗ ${module.relativeModuleId}`);
    showErrors(module.errors());
    for (const suite of module.children.allSuites()) showErrors(suite.errors());
    for (const test of module.children.allTests('failed')) {
      console.log(`    ✗ ${test.fullName}`);
      showErrors(test.result().errors ?? []);
    }
  }

  /** @param {readonly unknown[]} _modules @param {readonly import('vitest').SerializedError[]} unhandledErrors */
  onTestRunEnd(_modules, unhandledErrors) {
    showErrors(unhandledErrors);
  }
}

const mostFrames = 5;

/** @param {readonly { message: string, stack?: string, diff?: string }[]} errors */
function showErrors(errors) {
  for (const { message, stack, diff } of errors) {
    // The first line of a stack is not always the message: that of a hook that timed out is another.
    const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    const text = [message, ...frames.slice(0, mostFrames), diff].filter(Boolean).join('\n');
    console.log(text.replaceAll(/^/gm, '      '));
  }
}
