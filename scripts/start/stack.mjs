import { SupervisedProcess } from './supervised-process.mjs';

/**
 * @typedef {ReturnType<typeof import('./plan-stack.mjs').planStack>} StackPlan
 */

/** The processes of the stack together. */
export class Stack {
  #startOrder;
  #stopOrder;

  /**
   * @param {StackPlan} plan
   * @param {import('./supervised-process.mjs').ProcessReports} reports
   */
  constructor(plan, reports) {
    const supervise = (/** @type {import('./supervised-process.mjs').ProcessPlan} */ part) =>
      new SupervisedProcess(part, reports);
    const brokers = plan.brokers.map(supervise);
    const mock = plan.mock === null ? [] : [supervise(plan.mock)];
    const servers = plan.servers.map(supervise);
    const registers = plan.registers.map(supervise);
    // The servers need neither to start, but their log is quieter with a broker there; a register wants its server.
    this.#startOrder = [brokers, [...mock, ...servers], registers];
    // The servers first: while they end, they still want to tell the broker.
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

  /** Ends them at once. */
  async kill() {
    await Promise.all(this.#stopOrder.map((part) => part.kill()));
  }
}
