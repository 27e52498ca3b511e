/** The process that looks through the code: it takes time, which its parent bounds. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { commandsHere } from "../../files/commands-here.js";
import { declaredAs } from "../../plan/added-columns.js";
import { columnName, namedColumns } from "../../plan/follow-names.js";
import type { OrmPlugin } from "../../plugin.js";
import { likelyPlacesText, placesOfText } from "../../review/column-places.js";
import type { AfterNote } from "./note.js";

const { mode, columns, project, packageFolder }: AfterNote = JSON.parse(process.argv[2] ?? "");
const exported: object = await import(pathToFileURL(join(packageFolder, "dist/plugin.js")).href);
const plugin: OrmPlugin = Object.values(exported).find((each) => typeof each?.findProject === "function");
const models = await plugin.readModels(project);
const named = columns.flatMap((column) => declaredAs(column, namedColumns(models)) ?? []);
const names = named.map(columnName);
if (named.length > 0 && mode === "ask") {
  const command = [join(packageFolder, "bin/lockstep.js"), "code", names.join(",")];
  process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
} else if (named.length > 0) {
  const reading = { cwd: process.cwd(), packageName: plugin.packageName, env: process.env };
  const say = (text: string) => process.stdout.write(`${commandsHere(text, reading)}\n`);
  say(placesOfText(named));
  const { likelyPlaces } = await import("./likely-places.js");
  const count = await likelyPlaces(named, models, project, plugin);
  if (count > 0) say(likelyPlacesText(count, named));
}
