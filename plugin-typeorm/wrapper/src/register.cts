/**
 * For data sources that cannot be edited, such as those that NestJS creates for `TypeOrmModule.forRoot`: wraps every data source of the
 * process, whichever copy of TypeORM creates it.
 *
 * @example NODE_OPTIONS="--import @lockstep/typeorm-wrapper/register" npx typeorm migration:generate …
 * @example node --require @lockstep/typeorm-wrapper/register dist/main.js
 */
import Module from "node:module";
import { withLockstep } from "./with-lockstep.cjs";

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;
const loader = Module as unknown as { _load: Load };
const { _load: load } = loader;

// TypeORM is CommonJS for both module systems, and its files are loaded by names like this one. This loads nothing itself.
loader._load = function (request, ...rest) {
  const exported = load.call(this, request, ...rest);
  if (/(?:^|[\\/])DataSource(?:\.js)?$/.test(request)) wrapClass(exported);
  return exported;
};

interface DataSourceClass {
  readonly prototype: Record<"initialize" | "setOptions", (this: object, ...args: unknown[]) => unknown>;
}

const known = new WeakSet<object>();

/** Wraps each data source at its first call: the CLI sets options, then initialises; an application initialises. */
function wrapClass(exported: unknown): void {
  const { DataSource } = (exported ?? {}) as { DataSource?: DataSourceClass };
  const prototype = typeof DataSource === "function" ? (DataSource as DataSourceClass).prototype : undefined;
  if (prototype === undefined || known.has(prototype)) return;
  known.add(prototype);
  for (const name of ["initialize", "setOptions"] as const) {
    const original = prototype[name];
    if (typeof original !== "function") continue;
    prototype[name] = function (...args) {
      return original.apply(withLockstep(this), args);
    };
  }
}
