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
    const supervise = (/** @type {import('./supervised-process.mjs').ProcessPlan | null} */ part) =>
      part === null ? [] : [new SupervisedProcess(part, reports)];
    const [nats, mock] = [supervise(plan.nats), supervise(plan.mock)];
    const [licensing, register] = [supervise(plan.licensing), supervise(plan.register)];
    // The service needs neither to start, but its log is quieter with a broker there; the register wants its stream.
    this.#startOrder = [nats, [...mock, ...licensing], register];
    // The service first: while it ends, it still wants to tell the broker.
    this.#stopOrder = [...licensing, ...register, ...mock, ...nats];
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
