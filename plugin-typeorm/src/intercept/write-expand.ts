import { inFiles, type Migration, type PlannedChange } from "@lockstep/core";
import {
  assertAgreement,
  codeSettings,
  foundText,
  loadConfig,
  type PhaseFiles,
  prepareExpand,
  releaseUnits,
  writeFiles,
} from "@lockstep/core/planning";
import { isTypedRead } from "../codemods/reads/typed-reads.js";
import { keepsType } from "../entities/edit/make-optional.js";
import { Entities } from "../entities/entities.js";
import type { Flavour } from "../project.js";
import { typeormFiles } from "../typeorm-files.js";
import { wordsOf } from "../words.js";
import type { Interception } from "./interception.js";
import { momentOf, type Output } from "./output.js";
import { say } from "./say.js";
import { type Change, withQueries } from "./statements.js";
import { colors, tell } from "./tell.js";

/**
 * The expand phase instead of the CLI's file: its migrations, the relaxed entities, the code edits and the plan's folder, written as one.
 * With `--check` and `--dryrun` the CLI shows the first migration, and nothing is written.
 *
 * @throws LS2011 when TypeORM would generate further changes for the relaxed entities
 */
export async function expandOutput(
  about: Interception,
  change: Change,
  { plan, relaxed, restore, told }: PlannedChange<Migration>,
): Promise<Output> {
  assertAgreement(change.migration, relaxed, plan, "TypeORM");
  const base = await about.project();
  const code = codeSettings(await loadConfig(about.root), process.env);
  // Read when the CLI requests it: by then `--pretty` has formatted the statements of the user's own migration.
  const named = (id: string) => withQueries({ ...plan, id }, change);
  let flavour: Flavour = { language: "ts", module: "esm" };
  return {
    template(migration, given) {
      flavour = given;
      const own = named(migration);
      if (told !== undefined) tell(told);
      const found = foundText(own, colors()).trimEnd();
      if (found !== "") say(found);
      const project = about.beside(base, migration, flavour);
      const plugin = { ...typeormFiles, words: wordsOf(project) };
      const first = inFiles(own.units)[0] ?? [];
      const request = { plan: own, project, plugin, moment: momentOf(migration), code, phase: "expand" as const };
      return releaseUnits(request, first)[0]?.unit.text ?? "";
    },
    async write(file) {
      const project = about.beside(base, file, flavour);
      const path = about.fromRoot(file);
      const id = (path.split("/").at(-1) ?? "").replace(/\.[jt]s$/, "");
      const { prepared, text } = await prepareExpand({
        plan: named(id),
        project,
        plugin: { ...typeormFiles, words: wordsOf(project) },
        moment: momentOf(id),
        models: await about.models(),
        restore,
        env: process.env,
        colors: colors(),
      });
      const firmReads = await unseenReads(about, prepared);
      if (prepared.migrations[0]?.unit.file !== path) throw new Error(`the CLI writes ${path}, the plan does not`);
      writeFiles(about.root, prepared.changes);
      // `Next` is last.
      for (const line of [...firmReads, text]) say(line);
    },
  };
}

/** Reads for which the compiler does not report that a column has no value before switch. */
async function unseenReads(about: Interception, { plan, places }: PhaseFiles): Promise<string[]> {
  const entities = new Entities(await about.entityFiles());
  return plan.columns
    .filter((column) => column.isRelaxed && !column.becomesRequired && keepsType(entities, column))
    .map(({ model, field }) => {
      const reads = places.filter((place) => place.model === model && place.field === field && isTypedRead(place));
      const list = reads.slice(0, 5).map(({ file, line }) => `${file}:${line}`);
      const where = `${list.join(", ")}${reads.length > list.length ? ", …" : ""}`;
      return `${colors().yellow("!")} ${model}.${field} keeps its type, for its class reads it, an interface promises it or a decorator asks for it: code that reads it before switch compiles and gets undefined${where === "" ? "." : `: ${where}`}`;
    });
}
