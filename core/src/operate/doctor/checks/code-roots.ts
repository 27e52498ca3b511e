import { codeRoots, rootsSetting, unreadPackages } from "../../../code/sources/unread-packages.js";
import { codeSettings } from "../../../config/code-settings.js";
import { type Check, ok, warning } from "../../../dialect/check.js";

export default {
  id: "code-roots",
  title: "workspace packages that use the models",
  on: "project",
  async run({ project, config, models }) {
    const settings = codeSettings(config);
    const read = await codeRoots(project.root, settings, async () => models ?? []);
    const unread = await unreadPackages(project.root, read, models ?? []);
    const found = settings.roots === undefined && read.length > 0 ? `: ${read.join(", ")}` : "";
    if (unread.length === 0) return [ok(`Lockstep reads every workspace package that uses the models${found}`)];
    return [
      warning(`Lockstep does not read the code in ${unread.join(", ")}, which uses the models`, {
        why: "Lockstep neither edits nor lists code there that writes or shows a new column. It may fail once the column is required.",
        next: `set in lockstep.config.ts: ${rootsSetting(read, unread)}`,
      }),
    ];
  },
} satisfies Check;
