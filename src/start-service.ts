import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { loadSettings } from './config/load-settings.js';
import { serviceVersion } from './config/service-version.js';
import { explainStartFault } from './explain-start-fault.js';
import { createLogger } from './logging/create-logger.js';
import { createAdapter, setupApp } from './setup-app.js';

/** Starts the service. Ends the process with code 1 and an explanation if that fails. */
export async function startService(): Promise<void> {
  try {
    const settings = loadSettings(process.env);
    const logger = createLogger(settings);
    logger.log(`Licensing service ${serviceVersion} starts on Node.js ${process.versions.node}.`, 'Service');
    const changed = settings.changed.length > 0 ? settings.changed.join(', ') : 'none';
    logger.log(`Settings that differ from their defaults: ${changed}.`, 'Service');
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.forRoot(settings),
      createAdapter(settings),
      {
        logger,
        abortOnError: false,
      },
    );
    await setupApp(app);
    // A graceful stop exits with code 0 instead of the code of the signal.
    app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
    await app.listen(settings.port, settings.host);
    logger.log(`Listening on ${await app.getUrl()}.`, 'Service');
  } catch (error) {
    process.stderr.write(`${explainStartFault(error)}\n`);
    process.exit(1);
  }
}
