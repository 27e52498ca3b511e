import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Initialised, LockstepError, type Project } from "@lockstep/core";
import { configFileIn } from "./config-file.js";
import { isAwaitAccepted } from "./top-level-await.js";
import { wrapConfig } from "./wrap-config.js";

/**
 * What `lockstep init` changes: the Prisma config is wrapped. Done twice it changes nothing.
 *
 * @throws LockstepError LS8001 without a Prisma config
 */
export async function initialise({ root }: Project): Promise<Initialised> {
  const file = configFileIn(root);
  if (file === undefined) throw new LockstepError("LS8001", `There is no prisma.config.ts in ${root}`);
  const packages = [{ name: "@lockstep/prisma", kind: "dev" }] as const;
  const notes =
    process.platform === "win32"
      ? ["On Windows Prisma cannot start Lockstep; create migrations under WSL or in a container."]
      : [];
  const before = readFileSync(join(root, file), "utf8");
  try {
    const wrapped = wrapConfig(before, file, { isAwaitAccepted: isAwaitAccepted(root, file) });
    const changes = "after" in wrapped ? [{ file, before, after: wrapped.after }] : [];
    return { changes, notes, byHand: undefined, packages };
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== "LS8007") throw error;
    return { changes: [], notes, byHand: `${error.message}\n${error.hint}`, packages };
  }
}
