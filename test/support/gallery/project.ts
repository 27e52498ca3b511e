import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Choose,
  choiceId,
  chooseUnattended,
  type RankedPlaces,
} from "../../../core/src/code/candidates/choose.js";
import { neededBy } from "../../../core/src/code/candidates/dependencies.js";
import { isWritable } from "../../../core/src/code/contract/candidate.js";
import { coreTransforms } from "../../../core/src/code/index.js";
import type { CodeRequest, CodeResult } from "../../../core/src/code/run/code-request.js";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { planCodeUndo } from "../../../core/src/code/run/plan-undo.js";
import { readSourceFiles } from "../../../core/src/code/sources/source-files.js";
import {
  type CodeIntent,
  type EntityModel,
  type Place,
  type PlannedColumn,
  type PlannedEdit,
  phaseOf,
  type ScalarType,
} from "../../../core/src/model/index.js";
import type { FieldEdit, Project } from "../../../core/src/plugin/plugin.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { typeormFiles } from "../../../plugin-typeorm/src/typeorm-files.js";
import { installClient } from "../installed-client.js";
import { type Case, type Files, schemasOf } from "./case.js";

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

/** The same of a field that stays optional, whether the project declares it so or not. */
const optionalKinds: Record<Phase, Record<"forth" | "back", readonly FieldEdit["kind"][]>> = {
  expand: { forth: ["makeOptional", "closeReads"], back: ["removeField"] },
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
  readonly missingTypes?: CodeResult["missingTypes"];
  /** Keys of the places that were chosen. */
  readonly chosen: readonly string[];
  readonly questions: readonly RankedPlaces[];
}

/** A project of the gallery in a folder of its own, taken through the phases as the commands do it, without a database. */
export class GalleryProject {
  private project: Project & { readonly schemaFiles: readonly string[] };
  private readonly plugin;
  private known: Files = [];
  private models: readonly EntityModel[] = [];
  private original = "";
  private readonly earlier: PlannedEdit[] = [];

  constructor(
    readonly about: Case,
    private readonly folder: string,
  ) {
    this.plugin = about.orm === "prisma" ? prismaPlugin : typeormFiles;
    this.project = {
      root: folder,
      migrationsFolder: about.orm === "prisma" ? "prisma/migrations" : "src/migrations",
      ormVersion: "",
      developmentUrl: undefined,
      dialect: "postgresql" as const,
      generatedFolders: clientsOf(about).map((client) => dirname(client)),
      schemaFiles: schemasOf(about)[0] ?? [],
    };
  }

  get files(): Files {
    return this.known;
  }

  get root(): string {
    return this.project.root;
  }

  private get modelKinds(): typeof optionalKinds {
    return this.about.staysOptional ? optionalKinds : modelKinds;
  }

  /** Puts the project there as it was before anybody declared the field. */
  async start(): Promise<Files> {
    this.write(this.about.input);
    const declaring = await this.plugin.modelFiles(this.project, this.about.model);
    this.original = declaring.map((file) => readFileSync(join(this.root, file), "utf8")).join("\n");
    this.models = await this.plugin.readModels(this.project);
    await this.editModels(["removeField"]);
    await this.install();
    return this.known;
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
    const { edits, places, silent, missingTypes } = await this.edit(phase, choose);
    await this.install();
    return { phase, files: this.known, edits, places, silent, missingTypes, chosen, questions };
  }

  /** The edits of a phase once more; its changes. */
  async again(phase: Phase): Promise<CodeResult["changes"]> {
    return (await planCodeEdits(await this.request(intentKinds[phase]))).changes;
  }

  /** Takes the last phase back, or all of them. The project itself stays as it is: what it would be is returned. */
  async undone(
    phase: Phase,
    taken: readonly Phase[] = [phase],
  ): Promise<{ readonly files: Files; readonly places: readonly Place[] }> {
    const kept = this.known;
    await this.editModels(this.modelKinds[taken[0] ?? phase].back);
    const all = phases.flatMap((each) => intentKinds[each]);
    const undo = await planCodeUndo(await this.request([...new Set(all)]), taken);
    this.apply(undo);
    if (taken[0] === "switch") {
      const earlier = this.earlier.filter((edit) => edit.phase !== "switch");
      const again = await planCodeEdits({ ...(await this.request(["keepFromReads"])), earlier });
      this.apply(again);
    }
    const files = this.known;
    this.write(kept);
    return { files, places: undo.places };
  }

  /**
   * Installs the ORM as users have it after a phase, with a client of the schema as it is then. Each client gets a folder of its own: a
   * process reads a package only once.
   */
  private async install(): Promise<void> {
    const { about } = this;
    if (about.types === false) return;
    const schemas = this.known.filter(({ file }) => file.endsWith(".prisma"));
    const key = createHash("sha256").update(JSON.stringify(schemas)).digest("hex").slice(0, 8);
    this.move(join(this.folder, key));
    if (existsSync(join(this.root, "node_modules"))) return;
    if (about.orm === "typeorm") {
      mkdirSync(join(this.root, "node_modules"));
      symlinkSync(join(repository, "node_modules/typeorm"), join(this.root, "node_modules/typeorm"), "junction");
      return;
    }
    for (const schema of schemasOf(about)) await installClient(this.root, schema);
  }

  private move(root: string): void {
    const files = this.known;
    for (const { file } of files) rmSync(join(this.root, file));
    this.known = [];
    this.project = { ...this.project, root };
    this.write(files);
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
    const [root, files, made] = [this.root, this.known, [...this.earlier]];
    return () => {
      const kept = new Set(files.map(({ file }) => file));
      for (const { file } of this.known) if (!kept.has(file)) rmSync(join(this.root, file));
      this.known = this.known.filter(({ file }) => kept.has(file));
      this.move(root);
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
    const { model, field, value, exposure, staysOptional, like } = this.about;
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
        const intent = { kind, model, field, value, exposure, ...(like && { like }) };
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
