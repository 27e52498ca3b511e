import { rootsSetting, unreadPackages } from "../../codemods/sources/unread-packages.js";
import { type Check, ok, warning } from "../check.js";

export default {
  id: "code-roots",
  title: "packages of the workspace whose code uses the models",
  on: "project",
  async run({ project, config, models }) {
    const roots = config.code?.roots ?? [];
    const unread = await unreadPackages(project.root, roots, models ?? []);
    if (unread.length === 0) return [ok("every package of the workspace that uses the models is read")];
    return [
      warning(`code in ${unread.join(", ")} uses the models and is not read`, {
        why: "What writes or shows a new column there is neither edited nor listed, and may fail once it is required.",
        next: `in lockstep.config.ts: ${rootsSetting(roots, unread)}`,
      }),
    ];
  },
} satisfies Check;
