import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AdminGuard } from '../admin/admin-guard.js';
import { Problem } from '../http/problem.js';
import { Database } from '../persistence/database.js';
import { EventPageDto, EventQueryDto } from './events.dto.js';
import { readEvents } from './read-events.js';

/** Lists the events of this server, for people: registers read them from the broker. */
@ApiTags('license')
@ApiBearerAuth()
@UseGuards(AdminGuard)
@Controller('api/events')
export class EventsController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'Read the events of the last 7 days, newest first' })
  @ApiResponse({ status: 200, type: EventPageDto })
  @ApiResponse({ status: 400, description: 'bad-request', type: Problem })
  @ApiResponse({ status: 401, description: 'unauthorized', type: Problem })
  async list(@Query() { limit, after, before }: EventQueryDto): Promise<EventPageDto> {
    const query = { limit, after: Number(after), before: Number(before) };
    return { events: await this.database.read((manager) => readEvents(manager, query)) };
  }
}
