import { createRequire } from "node:module";
import { join } from "node:path";
import { ts } from "../ast/compiler.js";

/** The project's TypeScript, or the bundled one if the project has none, or one without this API (TypeScript 7). */
export function projectCompiler(root: string): typeof ts {
  const load = createRequire(join(root, "package.json"));
  let own: Partial<typeof ts>;
  try {
    own = load("typescript");
  } catch {
    // Not installed, or the project's package throws: its version may not support this Node.js.
    return ts;
  }
  return own.createProgram === undefined ? ts : (own as typeof ts);
}
