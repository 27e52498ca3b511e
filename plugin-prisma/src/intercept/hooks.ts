import type { EngineHooks } from "../engine/hooks.js";
import { type Change, decide } from "./decide.js";
import type { CreateMigrationParams, CreateMigrationResult, EvaluateDataLossParams, EvaluateDataLossResult } from "./shapes.js";

/**
 * What Lockstep does between Prisma's CLI and its schema engine. `migrate dev` asks twice: evaluateDataLoss, then
 * createMigration. Both are answered for the model of the current phase; everything else passes untouched.
 */
export const hooks: EngineHooks = {
  async intercept(request, engine, info) {
    if (request.method === "evaluateDataLoss") {
      const params = request.params as EvaluateDataLossParams;
      const change = await decide(params, engine, info);
      remembered = { key: keyOf(params), change };
      if (change.kind === "pass") return undefined;
      const relaxed = { ...params, schema: change.schema };
      const result: EvaluateDataLossResult = await engine.call("evaluateDataLoss", relaxed);
      if (change.kind === "restored") return { result };
      const { uncoveredWarnings } = await import("./warnings.js");
      return { result: { ...result, warnings: uncoveredWarnings(result.warnings, change.plan) } };
    }
    if (request.method === "createMigration") {
      const params = request.params as CreateMigrationParams;
      // --create-only may ask for the migration alone.
      const change = remembered?.key === keyOf(params) ? remembered.change : await decide(params, engine, info);
      remembered = undefined;
      if (change.kind === "pass") {
        if (change.message !== undefined) await engine.print(change.message);
        return undefined;
      }
      const relaxed = { ...params, schema: change.schema };
      const result: CreateMigrationResult = await engine.call("createMigration", relaxed);
      if (change.kind === "restored") {
        await engine.print(change.restore());
        return { result };
      }
      const { writeExpand } = await import("./write-expand.js");
      return { result: await writeExpand(change, result, engine) };
    }
    return undefined;
  },
};

/** What was decided for the schema of the last evaluateDataLoss: the same CLI run asks for its migration next. */
let remembered: { readonly key: string; readonly change: Change } | undefined;

function keyOf(params: EvaluateDataLossParams): string {
  return JSON.stringify(params.schema.files);
}
