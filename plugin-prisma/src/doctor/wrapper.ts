import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "@lockstep/core";
import { type Check, ok, problem } from "@lockstep/core/doctor";
import type { FoundProject } from "../init/project.js";
import { wrapConfig } from "../init/wrap-config.js";

/** The alternative for a config that cannot be wrapped: the same, for one command. */
const instead = "lockstep prisma migrate dev";

export default {
  id: "wrapper",
  title: "Lockstep between the Prisma CLI and its engine",
  on: "project",
  async run({ project }) {
    const { configFile } = project as FoundProject;
    if (process.platform === "win32")
      return [
        problem("on Windows Prisma cannot start Lockstep's engine", {
          why: "Stock commands go past Lockstep: unsafe changes are not seen.",
          next: instead,
        }),
      ];
    const text = readFileSync(join(project.root, configFile), "utf8");
    if (/\bengine\s*:\s*["']js["']/.test(text))
      return [
        problem(`${configFile} sets engine: "js"`, {
          why: "With it Prisma 6 starts no engine process, so Lockstep is never asked.",
          next: `set engine: "classic" in ${configFile}`,
        }),
      ];
    try {
      if ("unchanged" in wrapConfig(text, configFile)) return [ok(`${configFile} is wrapped in withLockstep`)];
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      return [
        problem(`${error.message}, and it is not wrapped`, {
          why: "Stock commands go past Lockstep: unsafe changes are not seen.",
          next: `${instead}\nnpx lockstep explain LS8007   # or wrap the config by hand`,
        }),
      ];
    }
    return [
      problem(`${configFile} is not wrapped in withLockstep`, {
        why: "Stock commands go past Lockstep: unsafe changes are not seen.",
        next: "npx lockstep init",
      }),
    ];
  },
} satisfies Check;
