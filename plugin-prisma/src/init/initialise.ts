import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FileChange, type FirstForm, type Initialised, LockstepError, type Project } from "@lockstep/core";
import { bareProject } from "./bare-project.js";
import { configFileIn } from "./config-file.js";
import { newConfig } from "./new-config.js";
import { isAwaitAccepted } from "./top-level-await.js";
import { wrapConfig } from "./wrap-config.js";

/**
 * The edits of `lockstep init`: the Prisma config is wrapped, and created first if Prisma 6 works without one. Running it twice changes
 * nothing more.
 *
 * @throws LockstepError LS8001 without a Prisma config and without a schema
 */
export async function initialise({ root }: Project, firstForm: FirstForm): Promise<Initialised> {
  const file = configFileIn(root);
  const own = { name: "@lockstep/prisma", kind: "dev" } as const;
  const notes =
    process.platform === "win32"
      ? ["On Windows Prisma cannot start Lockstep; create migrations under WSL or in a container."]
      : [];
  if (file === undefined) {
    const bare = bareProject(root);
    if (bare === undefined) throw new LockstepError("LS8001", `${root} has no prisma.config.ts`);
    const { change, notes: more, packages } = newConfig(bare, firstForm);
    return { changes: [change], notes: [...notes, ...more], byHand: undefined, packages: [...packages, own] };
  }
  const done = { notes, packages: [own] };
  const before = readFileSync(join(root, file), "utf8");
  try {
    const wrapped = wrapConfig(before, file, { isAwaitAccepted: isAwaitAccepted(root, file) });
    const changes: FileChange[] = "after" in wrapped ? [{ file, before, after: wrapped.after }] : [];
    return { ...done, changes, byHand: undefined };
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== "LS8007") throw error;
    return { ...done, changes: [], byHand: `${error.message}\n${error.hint}` };
  }
}
