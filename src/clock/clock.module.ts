import { Global, Module } from '@nestjs/common';
import { Clock } from '../domain/ports/clock.js';
import { MachineClock } from './machine-clock.js';
import { TrustedClock } from './trusted-clock.js';

@Global()
@Module({
  providers: [MachineClock, { provide: Clock, useClass: TrustedClock }],
  exports: [Clock, MachineClock],
})
export class ClockModule {}
