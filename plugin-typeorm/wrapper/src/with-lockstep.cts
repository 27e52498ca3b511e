import { aimDataSource } from "./aim.cjs";
import { generateCommandFile } from "./generate-call.cjs";
import { loadPlugin } from "./load-plugin.cjs";
import { withRunLock } from "./run-lock.cjs";
import { withoutScaffolding } from "./scaffolding.cjs";
import type { DataSource } from "./typeorm.cjs";

/**
 * Puts Lockstep into a data source, so that the stock `typeorm migration:generate` plans unsafe column additions in phases. Returns the
 * same data source, or a promise of it.
 *
 * Safe in production: it loads a few lines, and only takes a lock while migrations run (two instances that start at once do not collide).
 * Everything else is loaded when `migration:generate` runs. `LOCKSTEP=off` leaves TypeORM unchanged.
 *
 * @example
 * // src/data-source.ts
 * export default withLockstep(new DataSource({ type: "postgres", … }));
 */
export function withLockstep<T>(dataSource: T): T {
  if (isPromise(dataSource)) return dataSource.then(withLockstep) as T;
  if (isKnown(dataSource) && !(wrapped in dataSource)) wrap(dataSource);
  return dataSource;
}

const wrapped = Symbol.for("lockstep.dataSource");

function wrap(dataSource: DataSource): void {
  const { driver } = dataSource;
  const synchronizes = dataSource.options.synchronize === true;
  Object.defineProperty(dataSource, wrapped, { value: true });
  aimDataSource(dataSource, process.env, process.argv);

  const createSchemaBuilder = driver.createSchemaBuilder;
  override(driver, "createSchemaBuilder", () => {
    const builder = createSchemaBuilder.call(driver);
    const original = builder.log;
    const ask = () => original.call(builder);
    override(builder, "log", async () => {
      const commandFile = generateCommandFile();
      if (process.env.LOCKSTEP === "off") return ask();
      if (commandFile === undefined) return withoutScaffolding(await ask());
      const { interceptGenerate } = await loadPlugin(process.argv);
      return interceptGenerate({
        dataSource,
        commandFile,
        synchronizes,
        ask: () => createSchemaBuilder.call(driver).log(),
      });
    });
    return builder;
  });

  const runMigrations = dataSource.runMigrations;
  override(dataSource, "runMigrations", (options) => {
    const run = () => runMigrations.call(dataSource, options);
    return process.env.LOCKSTEP === "off" ? run() : withRunLock(dataSource, run);
  });
}

function override<T, K extends keyof T>(object: T, name: K, value: T[K]): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** By its properties: an application may have several copies of TypeORM, and tests have stand-ins. */
function isKnown(value: unknown): value is DataSource {
  const { driver, runMigrations } = (value ?? {}) as Partial<DataSource>;
  return typeof runMigrations === "function" && /^(?:postgres|mysql|mariadb)$/.test(driver?.options?.type ?? "");
}
