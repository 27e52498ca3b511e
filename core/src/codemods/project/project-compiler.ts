import { createRequire } from "node:module";
import { join } from "node:path";
import { ts } from "../ast/compiler.js";

/** The project's TypeScript; ours where it has none, or one without this API (TypeScript 7). */
export function projectCompiler(root: string): typeof ts {
  try {
    const own = createRequire(join(root, "package.json"))("typescript") as Partial<typeof ts>;
    return own.createProgram === undefined ? ts : (own as typeof ts);
  } catch {
    return ts;
  }
}
