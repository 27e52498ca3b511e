import { ConsoleLogger, Logger } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
import { readConfig } from "./config";
import { configureApp } from "./configure-app";

async function main(): Promise<void> {
  const { host, port } = readConfig(process.env);
  const app = await NestFactory.create(AppModule, {
    logger: new ConsoleLogger({ json: true, logLevels: ["fatal", "error", "warn", "log"] }),
    // A database that cannot be reached is told at once, and the process ends.
    abortOnError: false,
  });
  configureApp(app);
  const logger = new Logger("Main");
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Requests in flight are answered and jobs finish before the connections to the database close.
    process.once(signal, () => {
      logger.log(`${signal}: shutting down`);
      // A connection that has had its answer is closed, not kept alive.
      app.getHttpServer().keepAliveTimeout = 1;
      void app.close();
    });
  }
  // Longer than a load balancer keeps an idle connection, or a request may meet one that is just closing.
  app.getHttpServer().keepAliveTimeout = 72_000;
  await app.listen(port, host);
  logger.log(`Server listening at ${await app.getUrl()}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
