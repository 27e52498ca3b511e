import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The folder with lockstep.config.* or the plans; without either, that of the nearest package.json. */
export function projectRoot(cwd: string): string {
  let nearestPackage: string | undefined;
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (isRoot(folder)) return folder;
    if (nearestPackage === undefined && existsSync(join(folder, "package.json"))) nearestPackage = folder;
    if (folder === dirname(folder)) return nearestPackage ?? resolve(cwd);
  }
}

function isRoot(folder: string): boolean {
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some(
    (name) => /^lockstep\.config\.(?:[cm]?[jt]s|json)$/.test(name) || isPlans(folder, name),
  );
}

/** A folder may be named `lockstep` for other reasons. */
function isPlans(folder: string, name: string): boolean {
  if (name !== "lockstep") return false;
  const plans = join(folder, name);
  return readdirSync(plans).some((plan) => plan === ".journal.json" || existsSync(join(plans, plan, "plan.json")));
}
