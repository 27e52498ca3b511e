import { LockstepError } from "../base/errors.js";
import { writeFiles } from "../base/files/write-files.js";
import type { PhaseFiles } from "../change/release/prepare-phase.js";
import { prepareUndo, type UndoRequest, unitsToTakeBack, writtenForContract } from "../change/release/prepare-undo.js";
import { verifyPlan } from "../change/release/verify-plans.js";
import { codeSettings } from "../config/code-settings.js";
import {
  addedBy,
  isSameTable,
  madeRequiredBy,
  objectLabel,
  type Plan,
  type TableName,
  tableLabel,
} from "../model/index.js";
import { type DeclaredOver, declaredByOthers, refuseUndo } from "../plan/guard-undo.js";
import { listPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { columns } from "../review/columns.js";
import { statText } from "../review/diff.js";
import { columnLabel, commandFor, fileTitle, stayWords } from "../review/messages.js";
import { contractUndos, nextStep } from "../review/next-step.js";
import { stillNamedText } from "../review/still-named.js";
import { editsText, nextText, unformattedText } from "../review/terminal.js";
import { unlistedText } from "../review/unlisted.js";
import type { CommandResult, Invocation, Workspace } from "./command.js";
import { dryRun } from "./dry-run.js";
import { isNowhereApplied } from "./nowhere-applied.js";
import { refuseUsed } from "./refuse-used.js";
import { userConsent } from "./user-consent.js";

interface TakeBack {
  readonly invocation: Invocation;
  readonly plan: Plan;
  readonly command: "undo" | "abandon";
  readonly to: UndoRequest["to"];
  readonly removesMigrations?: boolean;
}

/**
 * The common part of `undo` and `abandon`: rejects what other objects depend on, shows the effect, prompts if values are lost, and writes.
 *
 * @throws LS3008 already undone · LS3022 nothing to take back · LS8005 values would be lost, and there is no terminal · LS8025 an agent did not ask its user
 */
export async function takeBack(request: TakeBack): Promise<CommandResult> {
  const { invocation, plan, command, to, removesMigrations = false } = request;
  const { options, io } = invocation;
  const workspace = await invocation.workspace();
  const { project, plugin, config } = workspace;
  const { colors } = io;
  await verifyPlan(project, plugin, plan, "undo");
  if (plan.state.released === "undone") throw new LockstepError("LS3008", `Plan ${plan.id} is already undone.`);
  if (to === "undone" && !removesMigrations && isAllOwn(plan))
    throw new LockstepError("LS3022", `Plan ${plan.id} has nothing that ${command} can revert.`, {
      hint: `Revert the change in the model.\n${plugin.words.develop}`,
    });
  const plans = listPlans(project.root);
  refuseUndo(plan, to, plans);
  const others = to === "undone" ? await declaredOverColumns(plan, plans, { project, plugin }) : [];
  const lost = to === "undone" && !removesMigrations ? addedBy(plan).map(columnLabel) : [];
  const removes = removesMigrations ? "all" : (await isContractUnrun(plan, workspace, io)) ? "contract" : undefined;
  const again = `npx lockstep ${command} ${plan.id}`;
  const units = removes === "all" ? [] : unitsToTakeBack({ plan, project, to, removes });
  await refuseUsed(units, again, { project, plugin, plans });
  const effect = `${effectText(plan, to, lost, removes)}${othersText(others)}`;
  const isAsked = lost.length > 0 || others.length > 0;
  const consent = isAsked && options.dryRun !== true ? userConsent(io, effect, again) : undefined;
  const prepared = await prepareUndo({
    plan,
    project,
    plugin,
    to,
    removes,
    moment: io.now(),
    code: codeSettings(config),
    consent,
  });
  const json = {
    plan: plan.id,
    from: plan.state.released,
    to,
    lost,
    ...othersJson(others),
    migrations: prepared.migrations.map(({ name }) => name),
    files: prepared.changes.map((change) => change.file),
    places: prepared.places,
    named: prepared.named ?? [],
    unlisted: prepared.unlisted,
    written: false,
  };
  if (options.dryRun === true) {
    const outside = prepared.changes.filter((change) => !change.file.startsWith("lockstep/"));
    const shown = dryRun(outside, project.root, colors);
    return {
      text: [
        `Plan ${colors.bold(plan.id)}: ${verdict(plan, to, "would be")}. ${isAsked ? colors.yellow(effect) : effect}`,
        statText(outside, colors, new Map(prepared.migrations.map(({ unit }) => [unit.file, fileTitle(unit.units)]))),
        stillNamedText(prepared.named ?? [], plan.id, colors),
        `Nothing was written (--dry-run). To see the diff: ${again} --dry-run --json | jq -r .diff`,
        nextText(again, colors),
      ]
        .filter((line) => line !== "")
        .join("\n"),
      json: { ...json, ...shown.json },
      exitCode: 0,
    };
  }
  if (isAsked && consent === undefined && options.yes !== true && !(await isAgreed(effect, plan, command, io)))
    return { text: "Nothing was written.", json, exitCode: 1 };
  writeFiles(project.root, prepared.changes);
  const text = [
    `Plan ${colors.bold(plan.id)}: ${verdict(plan, to, "is")}. ${isAsked ? colors.yellow(effect) : effect}`,
    consent === undefined
      ? ""
      : `plan.json records the answer of your user, entered by ${consent.agent}: “${consent.words}”`,
    ...takenBackLines(request, prepared, plans, { plugin, config, removes }),
  ]
    .filter((line) => line !== "")
    .join("\n");
  return { json: { ...json, written: true }, exitCode: 0, text };
}

/** Whether the plan only has statements of the user's migration: for example a foreign key that replaces one of its name. */
function isAllOwn({ columns, units, undo }: Plan): boolean {
  const isOwn = ({ spec }: Plan["units"][number]) => spec.kind === "original" || spec.kind === "validate-foreign-key";
  return columns.length === 0 && undo.expand.length + undo.contract.length === 0 && units.every(isOwn);
}

/** @throws LS8005 there is no terminal for the prompt */
async function isAgreed(effect: string, plan: Plan, command: TakeBack["command"], io: Invocation["io"]) {
  if (!io.isInteractive)
    throw new LockstepError("LS8005", `${effect} Confirm it with a flag.`, {
      hint: `npx lockstep ${command} ${plan.id} --yes`,
    });
  return io.confirm(`${effect} Write it?`);
}

/** The migrations and code edits written, and the next step. */
function takenBackLines(
  { invocation, plan }: TakeBack,
  prepared: PhaseFiles,
  plans: readonly Plan[],
  { plugin, config, removes }: Pick<Workspace, "plugin" | "config"> & Pick<UndoRequest, "removes">,
): readonly string[] {
  const { colors } = invocation.io;
  const open = { places: prepared.places };
  const next = nextStep(prepared.plan, plugin.words, plans, {
    contractUndo: contractUndo(prepared, plan),
    targets: Object.keys(config.targets),
    services: config.services ?? [],
    places: prepared.places,
    named: prepared.named?.length ?? 0,
  });
  return [
    ...writtenLines(prepared),
    ...removedText(prepared, plan, removes),
    prepared.unformatted === undefined ? "" : unformattedText(prepared.unformatted, colors),
    editsText({ edits: prepared.edits, open, command: commandFor("code", prepared.plan, plans) }, colors, "reverted"),
    unlistedText(prepared.unlisted, colors),
    stillNamedText(prepared.named ?? [], plan.id, colors),
    nextText(next, colors),
  ];
}

/** What other code has declared on the columns since. Model names may be newer than the plan. */
async function declaredOverColumns(
  plan: Plan,
  plans: readonly Plan[],
  { project, plugin }: { readonly project: Project; readonly plugin: OrmPlugin },
): Promise<readonly DeclaredOver[]> {
  if (addedBy(plan).length === 0) return [];
  const models = await plugin.readModels(project);
  return declaredByOthers(plan, plans, models, (await plugin.readIndexes?.(project)) ?? []);
}

function othersJson(others: readonly DeclaredOver[]): object {
  const [stay, go] = [others.filter(({ stays }) => stays), others.filter(({ stays }) => !stays)];
  return { ...(go.length === 0 ? {} : { goesWith: go }), ...(stay.length === 0 ? {} : { namedIn: stay }) };
}

function othersText(others: readonly DeclaredOver[]): string {
  const listed = (isStaying: boolean, one: string, several: string) => {
    const found = others.filter(({ stays = false }) => stays === isStaying);
    const names = found.map(({ text, at }) => `${text} (${at})`).join(", ");
    return found.length === 0 ? "" : ` ${names} ${found.length === 1 ? one : several}.`;
  };
  return [
    listed(false, "is dropped with it: it belongs to no plan", "are dropped with it: they belong to no plan"),
    listed(
      true,
      "uses it and is not dropped: change the view first",
      "use it and are not dropped: change the views first",
    ),
  ].join("");
}

/** Lists the migrations with their effect, then the models. Other changes are listed as edits. */
function writtenLines({ migrations, changes, edits }: PhaseFiles): string[] {
  const known = new Set([...migrations.map(({ unit }) => unit.file), ...edits.map(({ file }) => file)]);
  const others = changes.filter(
    ({ file, after }) => after !== undefined && !known.has(file) && !/^lockstep\//.test(file),
  );
  const rows = migrations.map(({ name, unit }) => [name, fileTitle(unit.units)]);
  return [...(rows.length === 0 ? [] : [columns(rows)]), ...others.map(({ file }) => `  ${file}`)];
}

/** The migrations that must run before the code is reverted, if contract is live. */
function contractUndo({ migrations }: PhaseFiles, plan: Plan): string[] {
  // An earlier undo wrote them, and they may not have run on every target.
  if (plan.state.released !== "contract") return contractUndos(plan);
  return migrations.filter(({ unit }) => unit.units[0].phase === "contract").map(({ unit }) => unit.file);
}

/** Only about the repository: the databases still have what the migrations of the undo revert. */
function verdict(plan: Plan, to: UndoRequest["to"], be: "is" | "would be"): string {
  if (to === "undone") return `the plan ${be} undone in the repository`;
  return `${plan.state.released} ${be} reverted in the repository${be === "is" ? `, the plan is back in ${to}` : ""}`;
}

/** Whether no database has run a contract that drops something: its migration would delete the values although it is undone. */
async function isContractUnrun(plan: Plan, workspace: Workspace, io: Invocation["io"]): Promise<boolean> {
  if (plan.drops === undefined || plan.state.released !== "contract") return false;
  return isNowhereApplied(writtenForContract(plan), workspace, io);
}

/** Describes the effect on the data. */
function effectText(
  plan: Plan,
  to: UndoRequest["to"],
  lost: readonly string[],
  removes: UndoRequest["removes"],
): string {
  if (removes === "all") return "No database has its migrations, so they are removed; no data is touched.";
  const kept = plan.units.flatMap(({ spec }) =>
    spec.kind === "online-copy" && !isCopiedBack(plan, spec.table) ? [tableLabel(spec.table)] : [],
  );
  const dropped = (plan.drops ?? []).map(objectLabel).join(", ");
  const mayHaveRun = removes === undefined && (plan.state.released === "contract" || contractUndos(plan).length > 0);
  if (dropped !== "" && mayHaveRun)
    return `The values in ${dropped} are lost where contract has run. Where it has not, deploy with npx lockstep deploy: the ORM's own command would drop them first.`;
  const unrun = removes === "contract" ? "No database has run contract, so its migration is removed. " : "";
  if (dropped !== "" && lost.length === 0)
    return `${unrun}No data is lost: ${dropped} stays in the database.${to === "undone" ? " The model and the code keep your change: restore the field there, or the ORM drops it again." : ""}${stayWords(plan)}`;
  if (to === "undone" && kept.length > 0)
    return `The change of ${kept.join(", ")} remains: Lockstep has no record of the former state of its tables.${stayWords(plan)}`;
  const stays = madeRequiredBy(plan).map(columnLabel);
  if (to === "undone" && lost.length === 0 && stays.length > 0)
    return `No data is lost: ${stays.join(", ")} ${stays.length === 1 ? "is optional again and keeps its" : "are optional again and keep their"} values.${stayWords(plan)}`;
  if (to === "undone" && lost.length === 0)
    return `Tables return to their former definitions.${modelWords(plan)}${stayWords(plan)}`;
  if (to === "undone")
    return `The values in ${lost.join(", ")} are lost where this is applied. Nothing else is lost.${stayWords(plan)}`;
  const names = plan.columns.map(columnLabel).join(", ");
  return `No data is lost: the values in ${names} stay.`;
}

/** Whether the model declares what a hand-written migration changes is unknown. */
function modelWords({ columns, source }: Plan): string {
  if (columns.length > 0) return "";
  const revert = "revert it there, or the ORM makes the change again.";
  return source.file === undefined
    ? ` The model keeps your change: ${revert}`
    : ` If the model declares the change, ${revert}`;
}

function isCopiedBack(plan: Plan, table: TableName): boolean {
  return [...plan.undo.expand, ...plan.undo.contract].some(
    ({ spec }) => spec.kind === "online-copy" && isSameTable(spec.table, table),
  );
}

function removedText({ plan: after }: PhaseFiles, plan: Plan, removes: UndoRequest["removes"]): string[] {
  if (removes === undefined) return [];
  return plan.state.written
    .filter((unit) => !after.state.written.includes(unit))
    .map(({ file }) => `  removed ${file}`);
}
