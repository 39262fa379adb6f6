import { ChildProcess } from './child-process.mjs';

/**
 * @typedef {ReturnType<typeof import('./plan-stack.mjs').planStack>} StackPlan
 */

/** The processes of the stack together. */
export class Stack {
  #startOrder;
  #stopOrder;

  /**
   * @param {StackPlan} plan
   * @param {import('./child-process.mjs').ProcessReports} reports
   */
  constructor(plan, reports) {
    const manage = (/** @type {import('./child-process.mjs').ProcessPlan} */ part) =>
      new ChildProcess(part, reports);
    const brokers = plan.brokers.map(manage);
    const mock = plan.mock === null ? [] : [manage(plan.mock)];
    const servers = plan.servers.map(manage);
    const registers = plan.registers.map(manage);
    // The servers need neither to start, but their log is quieter with a broker there; a register needs its server.
    this.#startOrder = [brokers, [...mock, ...servers], registers];
    // The servers first: while they end, they still publish to the broker.
    this.#stopOrder = [...servers, ...registers, ...mock, ...brokers];
  }

  /**
   * Starts them all and waits until they are healthy.
   * @param {AbortSignal} signal
   */
  async start(signal) {
    for (const group of this.#startOrder) await Promise.all(group.map((part) => part.start(signal)));
  }

  /** Ends them one after the other. */
  async stop() {
    for (const part of this.#stopOrder) await part.stop();
  }

  /** Ends them immediately. */
  async kill() {
    await Promise.all(this.#stopOrder.map((part) => part.kill()));
  }
}
