import { readAnswer } from './read-answer.js';
import type { ServiceClient } from './service-client.js';

/** A part of `GET /health`; the other members depend on the part. */
export type HealthPart = Readonly<Record<string, unknown>> & { readonly status: 'up' | 'degraded' | 'down' };

export interface HealthReport {
  readonly status: string;
  readonly version: string;
  readonly details: Readonly<Record<string, HealthPart>>;
}

/** Reads the health that the running service reports. @throws CommandError if another program answers */
export async function readHealth(service: ServiceClient): Promise<HealthReport> {
  const response = await service.reach('/health');
  const report = (await readAnswer(response).catch(() => null)) as Partial<HealthReport> | null;
  if (typeof report?.status !== 'string' || typeof report.details !== 'object')
    throw service.otherProgram(response);
  return report as HealthReport;
}
