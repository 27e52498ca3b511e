import { existsSync } from "node:fs";
import { join } from "node:path";
import { journalFile } from "../../../base/files/journal-file.js";
import { inTheWay, lockHolder } from "../../../base/files/project-lock.js";
import { type Check, ok, problem, warning } from "../../../dialect/check.js";

export default {
  id: "interrupted-write",
  title: "interrupted writes",
  on: "project",
  async run({ project }) {
    if (!existsSync(join(project.root, journalFile))) return [ok("no write was interrupted")];
    const holder = lockHolder(project.root);
    if (holder !== undefined) return [warning(inTheWay(holder).message, { next: inTheWay(holder).hint ?? "" })];
    return [
      problem("a command was killed while it wrote files", {
        why: "Some files of the project are from before the command, others from after it.",
        next: "npx lockstep repair",
      }),
    ];
  },
} satisfies Check;
