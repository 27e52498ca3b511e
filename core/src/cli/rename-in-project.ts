import { LockstepError } from "../base/errors.js";
import { committedText } from "../base/files/git.js";
import { writeFiles } from "../base/files/write-files.js";
import { type RenamedField, renameField } from "../change/rename/rename-field.js";
import type { OpenPlace } from "../code/rename/request.js";
import { codeSettings } from "../config/code-settings.js";
import { type EntityModel, isSameTable, isTestFile } from "../model/index.js";
import { isOpen, listPlans } from "../plan/store.js";
import type { FieldRename } from "../plugin/plugin.js";
import { columns } from "../review/columns.js";
import { counted } from "../review/counted.js";
import { statText } from "../review/diff.js";
import { nextText, unformattedText } from "../review/terminal.js";
import { noColumn } from "./choose-column.js";
import { type CommandResult, type Invocation, sameCommand, type Workspace, writing } from "./command.js";
import { dryRun } from "./dry-run.js";

/**
 * Renames a field in the model and in the code. Its column keeps its name.
 *
 * @throws LS3004 the column has an open plan · LS3013 no such field · LS4010 the name cannot be used · errors of `renameField`
 */
export async function renameInProject(invocation: Invocation): Promise<CommandResult> {
  const { io, options } = invocation;
  const workspace = await invocation.workspace(writing(invocation));
  const { project, plugin, config } = workspace;
  const [field = "", newName = ""] = invocation.arguments;
  const rename = await readRename(field, newName, workspace);
  const renamed = await renameField({ rename, project, plugin, code: codeSettings(config), signal: io.signal });
  const isDry = options.dryRun === true;
  const command = `npx lockstep rename ${field} ${newName}`;
  const next = isDry ? sameCommand(command, invocation) : nextOf(renamed, plugin.words.generate);
  const shown = isDry ? dryRun(renamed.changes, project.root, io.colors) : undefined;
  if (!isDry) writeFiles(project.root, renamed.changes);
  return {
    text: [
      `${field} ${isDry ? "would become" : "is now"} ${rename.model}.${rename.newName}: ${counted(renamed.uses, "use")} renamed. The column keeps its name.`,
      isDry ? "" : statText(renamed.changes, io.colors),
      ...openText(renamed),
      renamed.unformatted === undefined ? "" : unformattedText(renamed.unformatted, io.colors),
      limitsText(rename, renamed),
      nextText(next, io.colors),
    ]
      .filter((part) => part !== "")
      .join("\n"),
    patch: shown?.patch,
    json: {
      model: rename.model,
      field: rename.name,
      newName,
      files: renamed.changes.map(({ file }) => file),
      uses: renamed.uses,
      places: renamed.places,
      errors: renamed.errors,
      untyped: renamed.untyped,
      ...(renamed.skipped !== undefined && { skipped: renamed.skipped }),
      written: !isDry,
      next,
      ...shown?.json,
    },
    exitCode: renamed.errors.length > 0 ? 1 : 0,
  };
}

async function readRename(field: string, newName: string, workspace: Workspace): Promise<FieldRename> {
  const { project, plugin } = workspace;
  const models = await plugin.readModels(project);
  const [, modelName = "", name = ""] = /^([^.]+)\.(.+)$/.exec(field) ?? [];
  const model = models.find((each) => each.name === modelName);
  const has = (wanted: string) => model?.fields.some((each) => each.name === wanted) === true;
  // An embedded property stays in its class.
  const path = [...name.split(".").slice(0, -1), newName].join(".");
  const isDone = !has(name) && has(path) && (await wasCommitted(modelName, name, workspace));
  if (model === undefined || (!has(name) && !isDone))
    throw noColumn(field, models, (near) => `npx lockstep rename ${near} ${newName}`);
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(newName))
    throw new LockstepError("LS4010", `${newName} is not a valid name of a field.`);
  const taken = model.fields.some((each) => each.name === path) || model.relations.some((each) => each.name === path);
  if (taken && !isDone) throw new LockstepError("LS4010", `${modelName} already has ${path}.`);
  refusePlanned(model, isDone ? path : name, project.root);
  return { model: modelName, name, newName: path };
}

/** Whether the last commit has the field: its declaration was renamed since. */
async function wasCommitted(model: string, name: string, { project, plugin }: Workspace): Promise<boolean> {
  const [files, fieldsIn] = await Promise.all([plugin.modelFiles(project, model), plugin.fieldsIn()]);
  const own = name.split(".")[0] ?? name;
  return files.some((file) => fieldsIn(committedText(project.root, file) ?? "", model).includes(own));
}

/** @throws LS3004 the column has an open plan */
function refusePlanned(model: EntityModel, field: string, root: string): void {
  const column = model.fields.find((each) => each.name === field)?.column;
  const plan = listPlans(root)
    .filter(isOpen)
    .find(({ columns }) => columns.some((each) => each.name === column && isSameTable(each.table, model.table)));
  if (plan !== undefined)
    throw new LockstepError("LS3004", `${model.name}.${field} has the open plan ${plan.id}.`, {
      hint: `npx lockstep status ${plan.id}`,
    });
}

/** The first ones of each list. */
const most = 20;

function openText({ places, errors }: RenamedField): readonly string[] {
  // Application code comes first.
  const inOrder = (found: readonly OpenPlace[]) =>
    found.toSorted((one, other) => Number(isTestFile(one.file)) - Number(isTestFile(other.file)));
  const list = (title: string, found: readonly OpenPlace[]) =>
    found.length === 0
      ? []
      : [
          title,
          columns(
            inOrder(found)
              .slice(0, most)
              .map(({ file, line, reason }) => [`${file}:${line}`, shortened(reason)]),
          ),
          ...(found.length > most ? [`  and ${found.length - most} more: --json lists all`] : []),
        ];
  return [
    ...list(`${counted(errors.length, "place")} to edit: the code does not compile`, errors),
    ...list(`${counted(places.length, "place")} to review: the compiler accepts both names`, places),
  ];
}

/** The compiler prints types in full. */
function shortened(reason: string): string {
  return reason.length > 160 ? `${reason.slice(0, 159)}…` : reason;
}

/** What was not searched. */
function limitsText({ name }: FieldRename, { untyped, skipped }: RenamedField): string {
  const values = `${untyped === 0 ? "" : `${counted(untyped, "use")} of .${name} on `}values without types`;
  const unchecked = skipped === undefined ? "" : `\nNot checked: ${skipped}`;
  return `Not searched: ${values}, JSON, GraphQL documents, Vue and Svelte files, other templates, and packages that access the table themselves. Raw SQL keeps the column's name.${unchecked}`;
}

function nextOf({ places, errors }: RenamedField, generate: string | undefined): string {
  const review = errors.length + places.length > 0 ? ["Edit the listed places."] : [];
  return [...review, generate ?? "Review and commit."].join("\n");
}
