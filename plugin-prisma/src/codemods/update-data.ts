import { describe, isTestFile, listUpdate, type Transform, ts, unwrap, valueAt } from "@lockstep/core/codemods";
import { clientCalls } from "./client-calls.js";

/** Updates that set several columns may have to set the new one too: where its value follows them. */
export const updateData: Transform = {
  id: "update-data",
  intents: ["write"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const { call, args, model, method, label } of clientCalls(file, context)) {
      if (model !== context.model || args === undefined) continue;
      const key = method === "upsert" ? "update" : method.startsWith("update") ? "data" : undefined;
      const value = key && valueAt(args, key);
      const literal = value && unwrap(value);
      if (literal === undefined || !ts.isObjectLiteralExpression(literal)) continue;
      const found = listUpdate(literal, describe(call, `${key} of ${label}`), file, context);
      if (found !== undefined) yield found;
    }
  },
};
