import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { MetricsGuard } from './metrics-guard.js';
import { MetricsRegistry } from './metrics-registry.js';
import { processMetrics } from './process-metrics.js';

const contentType = Registry.PROMETHEUS_CONTENT_TYPE;

@ApiTags('metrics')
@ApiBearerAuth()
@UseGuards(MetricsGuard)
@Controller('metrics')
export class MetricsController {
  constructor(private readonly registry: MetricsRegistry) {}

  @Get()
  @Header('content-type', contentType)
  @ApiOperation({ summary: 'The metrics of this service in the text format of Prometheus' })
  @ApiProduces(contentType)
  @ApiResponse({ status: 200, schema: { type: 'string' } })
  async read(): Promise<string> {
    const texts = await Promise.all([this.registry.metrics(), processMetrics().metrics()]);
    return texts.join('\n');
  }
}
