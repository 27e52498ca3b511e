import { buildApp } from "./app";
import { readConfig } from "./config";
import { createPrisma } from "./db";

const config = readConfig(process.env);
const prisma = createPrisma(config.DATABASE_URL, config.DATABASE_POOL_MAX);
const app = buildApp({ prisma, logger: true });

let stopping = false;

// Requests in flight are answered before the connections to the database close.
async function stop(signal: NodeJS.Signals): Promise<void> {
  if (stopping) return;
  stopping = true;
  app.log.info(`${signal}: shutting down`);
  await app.close();
  await prisma.$disconnect();
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);

await app.listen({ host: config.HOST, port: config.PORT });
