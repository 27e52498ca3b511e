import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Choose,
  choiceId,
  chooseUnattended,
  type RankedPlaces,
} from "../../../core/src/codemods/candidates/choose.js";
import { neededBy } from "../../../core/src/codemods/candidates/dependencies.js";
import { isWritable } from "../../../core/src/codemods/contract/candidate.js";
import { coreTransforms } from "../../../core/src/codemods/index.js";
import type { CodeRequest, CodeResult } from "../../../core/src/codemods/run/code-request.js";
import { planCodeEdits } from "../../../core/src/codemods/run/plan-edits.js";
import { planCodeUndo } from "../../../core/src/codemods/run/plan-undo.js";
import { readSourceFiles } from "../../../core/src/codemods/sources/source-files.js";
import {
  type CodeIntent,
  type EntityModel,
  type Place,
  type PlannedColumn,
  type PlannedEdit,
  phaseOf,
  type ScalarType,
} from "../../../core/src/model/index.js";
import type { FieldEdit, Project } from "../../../core/src/plugin.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { typeormFiles } from "../../../plugin-typeorm/src/typeorm-files.js";
import { generate } from "../generated-clients.js";
import type { Case, Files } from "./case.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

export const phases = ["expand", "switch", "contract"] as const;
export type Phase = (typeof phases)[number];

/** What is edited in each phase, as a plan has it: new write sites are looked after in all of them. */
const writes = ["write", "completeFixtures", "acceptInRequests"] as const;
const intentKinds = {
  expand: ["write", "keepFromReads", "completeFixtures", "acceptInRequests"],
  switch: [...writes, "read"],
  contract: [...writes, "dropFallback", "requireInRequests"],
} as const satisfies Record<Phase, readonly CodeIntent["kind"][]>;

/** What releasing a phase does to the declaration of the field, and what taking it back does. */
const modelKinds = {
  expand: { forth: ["makeOptional"], back: ["removeField"] },
  switch: { forth: ["openReads"], back: ["closeReads"] },
  contract: { forth: ["openReads", "makeRequired"], back: ["reopen", "openReads"] },
} as const satisfies Record<Phase, Record<"forth" | "back", readonly FieldEdit["kind"][]>>;

/** The same of a field that is declared as optional, and stays so. */
const optionalKinds: Record<Phase, Record<"forth" | "back", readonly FieldEdit["kind"][]>> = {
  expand: { forth: ["closeReads"], back: ["removeField"] },
  switch: { forth: ["openReads"], back: ["closeReads"] },
  contract: { forth: [], back: [] },
};

/** A phase that was released. */
export interface Released {
  readonly phase: Phase;
  readonly files: Files;
  /** Edits made in this phase. */
  readonly edits: readonly PlannedEdit[];
  readonly places: readonly Place[];
  readonly silent: number;
  /** Keys of the places that were chosen. */
  readonly chosen: readonly string[];
  readonly questions: readonly RankedPlaces[];
}

/** A project of the gallery in a folder of its own, taken through the phases as the commands do it, without a database. */
export class GalleryProject {
  private readonly project: Project & { readonly schemaFiles: readonly string[] };
  private readonly plugin;
  private known: Files = [];
  private models: readonly EntityModel[] = [];
  private original = "";
  private readonly earlier: PlannedEdit[] = [];

  constructor(
    readonly about: Case,
    readonly root: string,
  ) {
    this.plugin = about.orm === "prisma" ? prismaPlugin : typeormFiles;
    this.project = {
      root,
      migrationsFolder: about.orm === "prisma" ? "prisma/migrations" : "src/migrations",
      ormVersion: "",
      developmentUrl: undefined,
      dialect: "postgresql" as const,
      generatedFolders: clientsOf(about).map((client) => dirname(client)),
      schemaFiles: about.input
        .filter(({ file }) => file.endsWith(".prisma") && about.otherClients?.[file] === undefined)
        .map(({ file }) => file),
    };
  }

  get files(): Files {
    return this.known;
  }

  private get modelKinds(): typeof optionalKinds {
    return this.about.staysOptional ? optionalKinds : modelKinds;
  }

  /** Puts the project there as it was before anybody declared the field. */
  async start(): Promise<{ readonly files: Files; readonly models: readonly EntityModel[] }> {
    this.write(this.about.input);
    if (this.about.orm === "typeorm") this.install("typeorm");
    const declaring = await this.plugin.modelFiles(this.project, this.about.model);
    this.generate();
    this.original = declaring.map((file) => readFileSync(join(this.root, file), "utf8")).join("\n");
    this.models = await this.plugin.readModels(this.project);
    await this.editModels(["removeField"]);
    return { files: this.known, models: this.models };
  }

  /** Where several schemas have the model, types say whose rows code writes: as users do, the clients are generated. */
  private generate(): void {
    const { root, schemaFiles } = this.project;
    if (this.about.otherClients === undefined) return;
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"), "junction");
    for (const schema of [...schemaFiles, ...Object.keys(this.about.otherClients)]) generate(root, schema);
  }

  async release(phase: Phase): Promise<Released> {
    // The person has declared the field; from there on the declaration follows the phases.
    if (phase === "expand") this.write(this.about.input);
    await this.editModels(this.modelKinds[phase].forth);
    if (phase === "expand") this.models = await this.plugin.readModels(this.project);
    const questions: RankedPlaces[] = [];
    const chosen: string[] = [];
    const choose: Choose = async (asked) => {
      const ids = await tick(asked, this.about);
      questions.push(...asked);
      for (const { intent, ranked } of asked) {
        for (const { candidate } of ranked) if (ids.has(choiceId(intent, candidate.key))) chosen.push(candidate.key);
      }
      return ids;
    };
    const { edits, places, silent } = await this.edit(phase, choose);
    return { phase, files: this.known, edits, places, silent, chosen, questions };
  }

  /** The edits of a phase once more; its changes. */
  async again(phase: Phase): Promise<CodeResult["changes"]> {
    return (await planCodeEdits(await this.request(intentKinds[phase]))).changes;
  }

  /** Takes the last phase back. The project itself stays as it is: what it would be is returned. */
  async undone(phase: Phase): Promise<{ readonly files: Files; readonly places: readonly Place[] }> {
    const kept = this.known;
    await this.editModels(this.modelKinds[phase].back);
    const all = phases.flatMap((each) => intentKinds[each]);
    const undo = await planCodeUndo(await this.request([...new Set(all)]), [phase]);
    this.apply(undo);
    if (phase === "switch") {
      const earlier = this.earlier.filter((edit) => edit.phase !== "switch");
      const again = await planCodeEdits({ ...(await this.request(["keepFromReads"])), earlier });
      this.apply(again);
    }
    const files = this.known;
    this.write(kept);
    return { files, places: undo.places };
  }

  /** Users have their ORM installed: its types are asked. */
  private install(name: string): void {
    const folder = join(this.root, "node_modules");
    if (existsSync(folder)) return;
    mkdirSync(folder);
    symlinkSync(join(repository, "node_modules", name), join(folder, name));
  }

  /** Puts other bytes there: what people do between the phases. */
  write(files: Files): void {
    for (const { file, text } of files) {
      const path = join(this.root, file);
      if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    const written = new Set(files.map(({ file }) => file));
    this.known = [...this.known.filter(({ file }) => !written.has(file)), ...files].sort((a, b) =>
      a.file < b.file ? -1 : 1,
    );
  }

  /** Remembers the project as it is; the function that is returned brings it back. */
  mark(): () => void {
    const [files, made] = [this.known, [...this.earlier]];
    return () => {
      const kept = new Set(files.map(({ file }) => file));
      for (const { file } of this.known) if (!kept.has(file)) rmSync(join(this.root, file));
      this.known = [];
      this.write(files);
      this.earlier.splice(0, this.earlier.length, ...made);
    };
  }

  private async edit(phase: Phase, choose: Choose): Promise<CodeResult> {
    const result = await planCodeEdits({ ...(await this.request(intentKinds[phase])), choose });
    this.apply(result);
    this.earlier.push(...result.edits);
    return result;
  }

  private apply({ changes }: Pick<CodeResult, "changes">): void {
    this.write(changes.map(({ file, after = "" }) => ({ file, text: after })));
  }

  private async editModels(kinds: readonly FieldEdit["kind"][]): Promise<void> {
    const column = columnOf(this.about, this.models);
    const { original } = this;
    const changes = await this.plugin.editModels(
      this.project,
      kinds.map((kind) => ({ kind, column, original })),
    );
    this.apply({ changes });
  }

  private async request(kinds: readonly CodeIntent["kind"][]): Promise<CodeRequest> {
    const { root, generatedFolders, migrationsFolder } = this.project;
    const { model, field, value, exposure, staysOptional } = this.about;
    const files = await readSourceFiles(root, {
      exclude: [...generatedFolders, migrationsFolder],
      models: this.models.filter(({ name }) => name === model),
      fields: [field],
    });
    return {
      root,
      files,
      models: this.models,
      clients: await this.plugin.readClients?.(this.project, { roots: [], files }),
      intents: kinds.flatMap((kind): CodeIntent[] => {
        const intent = { kind, model, field, value, exposure };
        // As plans have it: such a column has no contract, and reads no fallback.
        if (staysOptional) return phaseOf({ kind }) === "contract" ? [] : [{ ...intent, staysOptional }];
        return [{ ...intent, ...(kind === "write" && value.kind !== "none" && { isCodeOnly: true }) }];
      }),
      transforms: [...(await this.plugin.transforms()), ...coreTransforms],
      earlier: this.earlier,
    };
  }
}

function clientsOf({ client, otherClients = {} }: Case): readonly string[] {
  return [...(client === undefined ? [] : [client]), ...Object.values(otherClients)];
}

/** What a person accepts who changes nothing of what is ticked, and what is edited where nobody is asked. */
async function tick(questions: readonly RankedPlaces[], about: Case): Promise<ReadonlySet<string>> {
  const ids = new Set(await chooseUnattended(questions));
  for (const { intent, ranked } of questions) {
    for (const { candidate, kind } of ranked) {
      const id = choiceId(intent, candidate.key);
      // A mutation may have moved it to a file beside.
      const isChosen = about.also?.includes(candidate.key.replace(/-moved(?=\.\w+#)/, ""));
      if ((kind === "likely" && isWritable(candidate)) || isChosen) ids.add(id);
      if (about.not?.includes(candidate.key)) ids.delete(id);
    }
    const accepted = ranked.map(({ candidate: { key } }) => key).filter((key) => ids.has(choiceId(intent, key)));
    for (const key of neededBy(ranked, accepted, new Set(about.not)).keys()) ids.add(choiceId(intent, key));
  }
  return ids;
}

function columnOf(
  { model, field, value, exposure, staysOptional }: Case,
  models: readonly EntityModel[],
): PlannedColumn {
  const found = models.find(({ name }) => name === model);
  const column = found?.fields.find(({ name }) => name === field);
  if (found === undefined || column === undefined) throw new Error(`no ${model}.${field}`);
  return {
    table: found.table,
    name: column.column,
    type: databaseTypes[column.type] ?? "text",
    notNull: staysOptional !== true,
    uniqueKeys: [],
    model,
    field,
    write: value,
    exposure,
    isRelaxed: staysOptional !== true,
  };
}

/** What the ORM makes of a property without a type of its own: nothing has to be declared for it. */
const databaseTypes: Readonly<Partial<Record<ScalarType, string>>> = {
  string: "character varying",
  int: "integer",
  float: "double precision",
  boolean: "boolean",
  datetime: "timestamp without time zone",
};
