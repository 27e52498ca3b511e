import type { EngineHooks, EngineInfo, EngineRequest, HookEngine } from "../engine/hooks.js";
import { prismaVersions } from "../supported.js";

/** The major versions of Prisma whose requests were tested. */
const testedMajors = new Set(prismaVersions.ranges.map(([[major]]) => String(major)));

/**
 * Hooks that ignore unknown requests: those of another major version of Prisma, or of another shape. Such a request passes unchanged, and
 * one line reports how to plan a change then.
 */
export function withKnownProtocol(hooks: EngineHooks): EngineHooks {
  let isTold = false;
  const keepOut = async (why: string, engine: HookEngine): Promise<undefined> => {
    if (!isTold) await engine.print(`Lockstep keeps out: ${why}. Plan the change with npx lockstep prisma migrate dev`);
    isTold = true;
    return undefined;
  };
  return {
    async intercept(request, engine, info) {
      if (isTold) return undefined;
      if (!isTested(info)) return isDevelopment(request) ? keepOut(untested(info), engine) : undefined;
      if (!isKnown(request)) return keepOut(`it does not know this form of ${request.method}`, engine);
      return hooks.intercept(request, engine, info);
    },
    ...(hooks.answered && { answered: hooks.answered }),
  };
}

function isTested({ prismaVersion }: EngineInfo): boolean {
  return testedMajors.has(prismaVersion.split(".")[0] ?? "");
}

function untested({ prismaVersion }: EngineInfo): string {
  return `it was not tested with Prisma ${prismaVersion.split(".")[0]}`;
}

/** Requests of `migrate dev`: other commands have nothing to plan, so there is nothing to report. */
function isDevelopment({ method }: EngineRequest): boolean {
  return method === "devDiagnostic" || method === "evaluateDataLoss" || method === "createMigration";
}

/** The members that the hooks read have the types that they were tested with. */
function isKnown({ method, params }: EngineRequest): boolean {
  if (method === "devDiagnostic") return isMigrationsList(params?.migrationsList);
  if (method !== "evaluateDataLoss" && method !== "createMigration") return true;
  return isMigrationsList(params?.migrationsList) && isSchema(params?.schema);
}

function isMigrationsList(list: unknown): boolean {
  return typeof (list as { baseDir?: unknown } | undefined)?.baseDir === "string";
}

function isSchema(schema: unknown): boolean {
  const files: unknown = (schema as { files?: unknown } | undefined)?.files;
  if (!Array.isArray(files)) return false;
  return files.every((file) => typeof file?.path === "string" && typeof file?.content === "string");
}
