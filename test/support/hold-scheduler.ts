import { SchedulerRegistry } from '@nestjs/schedule';
import type { INestApplicationContext } from '@nestjs/common';

/** Stops the ticks of the scheduler, so that everything happens in the `tick` of a test. */
export function holdScheduler({ app }: { readonly app: INestApplicationContext }): void {
  const registry = app.get(SchedulerRegistry, { strict: false });
  for (const name of registry.getIntervals()) registry.deleteInterval(name);
}
