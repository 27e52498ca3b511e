import { relative, sep } from "node:path";
import { type EntityModel, inFiles, type Plan } from "@lockstep/core";
import {
  codeSettings,
  expandText,
  foundText,
  listPlans,
  type loadConfig,
  type PhaseFiles,
  preparePhase,
  type ReleasingPlugin,
  releaseUnits,
  writeFiles,
} from "@lockstep/core/planning";
import { isTypedRead } from "../codemods/typed-reads.js";
import { keepsType } from "../entities/edit/make-optional.js";
import { Entities } from "../entities/entities.js";
import type { Flavour, TypeormProject } from "../project.js";
import { typeormFiles } from "../typeorm-files.js";
import { wordsOf } from "../words.js";
import type { Interception } from "./interception.js";
import { colors, printNotices } from "./notices.js";
import type { Restore } from "./open-plans.js";
import { momentOf, type Output } from "./output.js";
import { restoredText } from "./restore.js";
import { say } from "./say.js";
import { type Change, withQueries } from "./statements.js";

/** A plan that waits for the CLI to say how its first migration is called. */
export interface PlannedChange {
  readonly project: TypeormProject;
  readonly plan: Plan;
  readonly change: Change;
  readonly restore: Restore | undefined;
  readonly models: readonly EntityModel[];
  readonly config: Awaited<ReturnType<typeof loadConfig>>;
}

/**
 * The expand phase in the place of the CLI's file: its migrations, the relaxed entities, the code edits and the plan's folder, written as
 * one. With `--check` and `--dryrun` the CLI shows the first migration, and nothing is written.
 */
export function expandOutput(about: Interception, planned: PlannedChange): Output {
  const { project: base, plan, change, restore, models, config } = planned;
  // Read when the CLI asks: by then `--pretty` has laid out the statements of the user's own migration.
  const named = (id: string) => withQueries({ ...plan, id }, change);
  let flavour: Flavour = { language: "ts", module: "esm" };
  return {
    template(migration, given) {
      flavour = given;
      const own = named(migration);
      if (change.corrections.length + change.notices.length > 0) printNotices(change);
      say(foundText(own, colors()).trimEnd());
      const project = about.beside(base, migration, flavour);
      const first = inFiles(own.units)[0] ?? [];
      const request = {
        plan: own,
        project,
        plugin: { ...typeormFiles, words: wordsOf(project) },
        moment: momentOf(migration),
        code: codeSettings(config, process.env),
      };
      return releaseUnits({ ...request, phase: "expand" }, first)[0]?.unit.text ?? "";
    },
    async write(file) {
      const project = about.beside(base, file, flavour);
      const path = relative(about.root, file).split(sep).join("/");
      const id = (path.split("/").at(-1) ?? "").replace(/\.[jt]s$/, "");
      // One file may have entities of both: all edits are made at once.
      const plugin: ReleasingPlugin = {
        ...typeormFiles,
        words: wordsOf(project),
        editModels: (of, edits) => typeormFiles.editModels(of, [...(restore?.edits ?? []), ...edits]),
      };
      const prepared = await preparePhase({
        plan: named(id),
        project,
        plugin,
        phase: "expand",
        moment: momentOf(id),
        models,
        code: codeSettings(config, process.env),
      });
      const firmReads = await unseenReads(about, prepared);
      if (prepared.migrations[0]?.unit.file !== path) throw new Error(`the CLI writes ${path}, the plan does not`);
      writeFiles(about.root, prepared.changes);
      if (restore !== undefined) say(restoredText(restore));
      say(expandText(prepared, wordsOf(project), listPlans(about.root), colors()));
      for (const line of firmReads) say(line);
    },
  };
}

/** Where the compiler does not tell that a column has no value in code before switch. */
async function unseenReads(about: Interception, { plan, places }: PhaseFiles): Promise<string[]> {
  const entities = new Entities(await about.entityFiles());
  return plan.columns
    .filter((column) => column.isRelaxed && keepsType(entities, column))
    .map(({ model, field }) => {
      const reads = places.filter((place) => place.model === model && place.field === field && isTypedRead(place));
      const list = reads.slice(0, 5).map(({ file, line }) => `${file}:${line}`);
      const where = `${list.join(", ")}${reads.length > list.length ? ", …" : ""}`;
      return `${colors().yellow("!")} ${model}.${field} keeps its type, for its class reads it or an interface promises it: code that reads it before switch compiles and gets undefined${where === "" ? "." : `: ${where}`}\n`;
    });
}
