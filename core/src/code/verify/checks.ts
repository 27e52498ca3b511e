import { realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { ts } from "../ast/compiler.js";
import { declarationsOf, findUses, type NameInFiles } from "../rename/find-uses.js";
import type { RenamedCode, RenamedName } from "../rename/request.js";
import { type FoundError, newErrors, saysMissing } from "./compare.js";
import { filesNaming, type Owners, owningConfigs } from "./configs.js";
import { missingIn, StaleClient } from "./known.js";
import { ConfigProgram, syntaxErrors } from "./program.js";
import { type Checked, type Demand, mostWatched, type VerifyProject } from "./request.js";
import { Texts } from "./texts.js";

const checkable = /(?<!\.d)\.[cm]?[jt]sx?$/;

/** Parses the files that name a model, and everything that they import. `Checks` of the same process find them parsed. */
export function readAhead(root: string, models: readonly string[]): void {
  const watched = filesNaming(realpathSync(root), models).filter((file) => checkable.test(file));
  if (watched.length > mostWatched) return;
  new Checks({ root, before: new Map(), watched, fields: [], generated: [] }).load();
}

/**
 * The type checks of one project, in sequence. Errors from before the edits are only computed for files with errors afterwards, and once.
 */
export class Checks {
  readonly #root: string;
  #watched: ReadonlySet<string> = new Set();
  readonly #texts: Texts;
  readonly #owners: Owners;
  readonly #fields: VerifyProject["fields"];
  readonly #programs: readonly ConfigProgram[];
  readonly #before = new Map<string, readonly FoundError[]>();

  constructor(project: VerifyProject) {
    // The compiler resolves links, so each file has one name.
    this.#root = realpathSync(project.root);
    this.#texts = new Texts(this.#absolute(project.before));
    this.watch(project.watched);
    const files = new Set([...project.before.keys(), ...project.watched].filter((file) => checkable.test(file)));
    this.#owners = owningConfigs([...files].map((file) => this.#path(file)));
    this.#fields = project.fields;
    const folders = project.generated.map((folder) => this.#path(folder).replace(/\/$/, ""));
    const client = new StaleClient(project.fields, folders);
    this.#programs = this.#owners.configs.map((config) => new ConfigProgram(config, this.#texts, client));
  }

  /** Prepares what every check needs. */
  load(): void {
    for (const program of this.#programs) program.load(program.files.filter((file) => this.#watched.has(file)));
  }

  /** Sets the files to check in addition to the edited ones. */
  watch(files: readonly string[]): void {
    this.#watched = new Set(files.map((file) => this.#path(file)));
  }

  /** The errors in these texts that did not exist before. */
  check(after: ReadonlyMap<string, string>): Checked {
    const found = this.#errorsWith(this.#absolute(after));
    const unchecked = this.#unchecked();
    const programs = this.#programs.filter(({ files }) => files.some((file) => this.#matters(file)));
    const old = this.#errorsBefore([...new Set(found.flatMap(({ file, isUnknown }) => (isUnknown ? [] : [file])))]);
    const added = newErrors(old, found);
    const errors = added
      .filter(({ isUnknown }) => !isUnknown)
      .map(({ file, line, code, message }) => ({ file: this.#relative(file), line, code, message }));
    const isExact =
      unchecked === undefined &&
      !programs.some(({ isPartial }) => isPartial) &&
      !found.some(saysMissing) &&
      !added.some(({ isUnknown }) => isUnknown) &&
      !programs.some((program) => program.isBehind());
    return { errors, isExact, isChecked: true, ...(unchecked !== undefined && { skipped: unchecked }) };
  }

  /** The positions where code does not compile because a planned field is missing, edited or not. */
  demands(after: ReadonlyMap<string, string>): readonly Demand[] {
    this.#texts.show(this.#absolute(after));
    const names = this.#fields.map(({ field }) => field);
    const found = this.#programs.flatMap((program) => {
      const files = this.#mattering(program.files);
      return program.hasAny(names, files) ? program.errorsIn(files, true) : [];
    });
    return found.flatMap(({ file, line, code, message, isUnknown }): Demand[] => {
      const missing = missingIn(message);
      const asked = isUnknown ? undefined : this.#fields.find(({ field }) => missing.includes(field));
      return asked === undefined ? [] : [{ file: this.#relative(file), line, code, message, field: asked.field }];
    });
  }

  /** The errors that these texts get when the columns become required. Undefined if no type here allows NULL for one of them. */
  requirements(after: ReadonlyMap<string, string>): readonly Demand[] | undefined {
    const now = this.#absolute(after);
    this.#texts.show(now);
    const files = (program: ConfigProgram) => this.#mattering(program.files);
    const before = this.#programs.flatMap((program) => program.errorsIn(files(program), true));
    const fields = this.#fields.filter(({ becomesRequired }) => becomesRequired);
    const typesOf = (of: VerifyProject["fields"]) =>
      new Map(this.#programs.flatMap((program) => [...program.required(of, files(program))]));
    if (!fields.every((field) => typesOf([field]).size > 0)) return undefined;
    const types = typesOf(fields);
    this.#texts.show(new Map([...now, ...types]));
    const found = this.#programs.flatMap((program) => program.errorsIn(files(program), false));
    return newErrors(before, found).flatMap(({ file, line, code, message, isUnknown }): Demand[] => {
      const field = (fields.find((each) => message.includes(each.field)) ?? fields[0])?.field;
      if (isUnknown || types.has(file) || field === undefined) return [];
      return [{ file: this.#relative(file), line, code, message, field }];
    });
  }

  /** The files with new names for properties, wherever code uses them. */
  rename(names: readonly RenamedName[]): RenamedCode {
    const inFiles = names.map((each): NameInFiles => {
      const own = each.file === undefined ? undefined : this.#path(each.file);
      // Package managers link packages to other folders.
      const inPackages = (folder: string) =>
        folder.startsWith("node_modules/") ? `/${folder}/` : `${this.#path(folder)}/`;
      const folders = each.folders?.map(inPackages) ?? [];
      return { ...each, isIn: (file) => file === own || folders.some((folder) => file.includes(folder)) };
    });
    const declarations = (wanted: readonly NameInFiles[]) =>
      new Map(this.#programs.flatMap(({ compiled }) => [...(compiled ? declarationsOf(compiled, wanted) : [])]));
    this.#texts.show(new Map());
    const declared = declarations(inFiles);
    // The declarations may have the new names already, and the code has the old ones.
    const former = inFiles.map((each) => ({ ...each, name: each.newName, newName: each.name }));
    const turned = declared.size === 0 ? declarations(former) : new Map<string, string>();
    if (turned.size > 0) this.#texts.show(turned);
    const found = this.#programs.flatMap(({ compiled, files }) =>
      compiled === undefined ? [] : [findUses(compiled, files, inFiles)],
    );
    const relative = (texts: Iterable<readonly [string, string]>) =>
      new Map([...texts].map(([file, text]) => [this.#relative(file), text] as const));
    const isOwn = (file: string) => names.some(({ file: own }) => own !== undefined && this.#path(own) === file);
    return {
      after: relative(found.flatMap(({ after }) => [...after])),
      generated: relative([...declared].filter(([file]) => !isOwn(file))),
      uses: found.reduce((sum, { uses }) => sum + uses, 0),
      untyped: found.reduce((sum, { untyped }) => sum + untyped, 0),
      places: found.flatMap(({ open }) =>
        open.map(({ source, offset, reason }) => ({
          file: this.#relative(source.fileName),
          line: ts.getLineAndCharacterOfPosition(source, offset).line + 1,
          reason,
        })),
      ),
      isDeclared: declared.size + turned.size > 0,
    };
  }

  #errorsWith(after: ReadonlyMap<string, string>): readonly FoundError[] {
    this.#texts.show(after);
    return [
      ...this.#programs.flatMap((program) => program.errorsIn(this.#mattering(program.files), false)),
      ...this.#mattering(this.#owners.without).flatMap((file) => syntaxErrors(file, this.#texts.read(file) ?? "")),
    ];
  }

  /** Only edited and watched files matter, however many files may be edited. */
  #matters(file: string): boolean {
    return this.#watched.has(file) || this.#texts.isEdited(file);
  }

  #mattering(files: readonly string[]): readonly string[] {
    return files.filter((file) => this.#matters(file));
  }

  #errorsBefore(files: readonly string[]): readonly FoundError[] {
    const asked = new Set(files.filter((file) => !this.#before.has(file)));
    this.#texts.show(new Map());
    for (const program of this.#programs) {
      const of = program.files.filter((file) => asked.has(file));
      if (of.length === 0) continue;
      const found = program.errorsIn(of, true);
      for (const file of of)
        this.#before.set(
          file,
          found.filter((error) => error.file === file),
        );
    }
    for (const file of this.#owners.without)
      if (asked.has(file)) this.#before.set(file, syntaxErrors(file, this.#texts.read(file) ?? ""));
    return files.flatMap((file) => this.#before.get(file) ?? []);
  }

  #unchecked(): string | undefined {
    const without = this.#mattering(this.#owners.without);
    if (without.length === 0) return undefined;
    if (this.#owners.configs.length === 0) return "the project has no tsconfig.json: only the syntax was checked";
    const first = without.slice(0, 3).map((file) => this.#relative(file));
    const rest = without.length > first.length ? ` and ${without.length - first.length} more` : "";
    return `no tsconfig includes ${first.join(", ")}${rest}: only the syntax was checked`;
  }

  #absolute(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    return new Map([...texts].map(([file, text]) => [this.#path(file), text]));
  }

  #path(file: string): string {
    return (isAbsolute(file) ? file : join(this.#root, file)).replaceAll("\\", "/");
  }

  #relative(file: string): string {
    return relative(this.#root, file).replaceAll("\\", "/");
  }
}
