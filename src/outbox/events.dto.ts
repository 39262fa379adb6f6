import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, Matches, Max, Min } from 'class-validator';
import { maxSequence } from './read-events.js';

const limit = { message: 'limit must be a whole number from 1 to 200' };
const sequence = /^\d{1,16}$/;

export class EventQueryDto {
  @Type(() => Number)
  @IsInt(limit)
  @Min(1, limit)
  @Max(200, limit)
  @ApiProperty({ required: false, type: Number, minimum: 1, maximum: 200, default: 50 })
  limit = 50;

  @Matches(sequence, { message: 'after must be the sequence of an event' })
  @ApiProperty({
    required: false,
    type: String,
    description: 'Only events with a higher sequence; a time in Unix milliseconds is a sequence.',
  })
  after = '0';

  @Matches(sequence, { message: 'before must be the sequence of an event' })
  @ApiProperty({ required: false, type: String, description: 'Only events with a lower sequence.' })
  before = String(maxSequence);
}

export class EventPageDto {
  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'CloudEvents as in docs/asyncapi.yaml, newest first.',
  })
  events!: readonly object[];
}
