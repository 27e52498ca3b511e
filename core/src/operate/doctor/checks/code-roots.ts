import { codeRoots, rootsSetting, unreadPackages } from "../../../code/sources/unread-packages.js";
import { codeSettings } from "../../../config/code-settings.js";
import { type Check, ok, warning } from "../../../dialect/check.js";

export default {
  id: "code-roots",
  title: "packages of the workspace whose code uses the models",
  on: "project",
  async run({ project, config, models }) {
    const settings = codeSettings(config);
    const read = await codeRoots(project.root, settings, async () => models ?? []);
    const unread = await unreadPackages(project.root, read, models ?? []);
    const found = settings.roots === undefined && read.length > 0 ? `: ${read.join(", ")}` : "";
    if (unread.length === 0) return [ok(`every package of the workspace that uses the models is read${found}`)];
    return [
      warning(`code in ${unread.join(", ")} uses the models and is not read`, {
        why: "What writes or shows a new column there is neither edited nor listed, and may fail once it is required.",
        next: `in lockstep.config.ts: ${rootsSetting(read, unread)}`,
      }),
    ];
  },
} satisfies Check;
