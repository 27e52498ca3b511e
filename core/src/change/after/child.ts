/** The process that searches the code: this takes time, and the parent process limits it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { watchWork } from "../../base/at-work.js";
import { commandsHere } from "../../base/files/commands-here.js";
import { codeSettings } from "../../config/code-settings.js";
import { loadConfig } from "../../config/load.js";
import { declaredAs } from "../../plan/added-columns.js";
import { columnName, namedColumns } from "../../plan/follow-names.js";
import type { OrmPlugin } from "../../plugin/plugin.js";
import { likelyPlacesText, placesOfText } from "../../review/column-places.js";
import { failingText } from "../../review/failing-statements.js";
import { printable } from "../../review/printable.js";
import { wholeRowsText } from "../../review/whole-rows.js";
import { failingStatements } from "../release/failing-statements.js";
import type { AfterNote, AfterText } from "./note.js";
import { routinesInMigrations } from "./routines.js";

watchWork({ descriptor: 2, afterParentMs: 0 });
const { mode, columns, tables, extended, project, packageFolder }: AfterNote = JSON.parse(process.argv[2] ?? "");
const exported: object = await import(pathToFileURL(join(packageFolder, "dist/plugin.js")).href);
const plugin: OrmPlugin = Object.values(exported).find((each) => typeof each?.findProject === "function");
const reading = { cwd: process.cwd(), packageName: plugin.packageName, env: process.env };
/** With a prompt, a person reads this process's output directly. */
function say(kind: AfterText["kind"], text: string): void {
  const said: AfterText = { kind, text: printable(commandsHere(text, reading)) };
  if (mode === "line") process.stdout.write(`${JSON.stringify(said)}\n`);
  else if (text !== "") process.stdout.write(`${said.text}\n`);
}

if (extended.length > 0) say("routines", wholeRowsText(await routinesInMigrations(extended, project, plugin)));
const models = await plugin.readModels(project);
const named = columns.flatMap((column) => declaredAs(column, namedColumns(models)) ?? []);
const isLine = named.length > 0 && mode === "line";
if (isLine) say("late", placesOfText(named));
if (tables.length > 0) {
  const code = codeSettings(await loadConfig(project.root));
  const found = await failingStatements(tables, project, plugin, code, async () => models);
  say("searched", failingText(found));
}
if (isLine) {
  const { likelyPlaces } = await import("./likely-places.js");
  const count = await likelyPlaces(named, models, project, plugin);
  if (count > 0) say("counted", likelyPlacesText(count, named));
} else if (named.length > 0) {
  const command = [join(packageFolder, "bin/lockstep.js"), "code", named.map(columnName).join(",")];
  process.exitCode = spawnSync(process.execPath, command, { stdio: "inherit" }).status ?? 1;
}
