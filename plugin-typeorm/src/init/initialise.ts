import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Initialised, LockstepError } from "@lockstep/core";
import { reexportedFile } from "../detect/reexported-file.js";
import type { TypeormProject } from "../project.js";
import { wrapDataSource } from "./wrap-data-source.js";
import { wrapperPackage } from "./wrapper-package.js";

/** The edits of `lockstep init`: the data source is wrapped. Running it twice changes nothing more. */
export async function initialise({ root, dataSourceFile }: TypeormProject): Promise<Initialised> {
  // The application loads the wrapper with the data source; the planning package is needed for development only.
  const packages = [
    { name: wrapperPackage, kind: "prod" },
    { name: "@lockstep/typeorm", kind: "dev" },
  ] as const;
  const file = reexportedFile(root, dataSourceFile);
  const before = readFileSync(join(root, file), "utf8");
  try {
    const wrapped = wrapDataSource(before, file);
    const changes = "after" in wrapped ? [{ file, before, after: wrapped.after }] : [];
    return { changes, notes: [], byHand: undefined, packages };
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== "LS8007") throw error;
    return { changes: [], notes: [], byHand: `${error.message}\n${error.hint}`, packages };
  }
}
