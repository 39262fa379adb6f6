import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { explainStartFault } from '../../src/explain-start-fault.js';
import { createAdapter, setupApp } from '../../src/setup-app.js';
import { expectNoSecretsInLog } from './secret-scanner.js';

/**
 * Tries to start the service in this process, as `main.ts` does, and resolves to its error output.
 * @throws if the service starts
 */
export async function attemptStart(environment: Readonly<Record<string, string>>): Promise<string> {
  let app: NestFastifyApplication | undefined;
  try {
    const settings = loadSettings({ PORT: '0', ...environment });
    app = await NestFactory.create<NestFastifyApplication>(
      AppModule.forRoot(settings),
      createAdapter(settings),
      { logger: false, abortOnError: false },
    );
    await setupApp(app);
    await app.listen(settings.port, settings.host);
  } catch (error) {
    const explanation = explainStartFault(error);
    expectNoSecretsInLog('The explanation of the start fault', explanation);
    return explanation;
  } finally {
    await app?.close();
  }
  throw new Error('The service started, but a failure was expected.');
}
