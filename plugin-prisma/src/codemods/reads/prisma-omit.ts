import {
  addProperty,
  commaListOf,
  compact,
  describe,
  type EditFinding,
  earlierOf,
  type Finding,
  isTestFile,
  pathOf,
  propertiesOf,
  removeItem,
  type SourceFile,
  type Splice,
  spreadsOf,
  type Transform,
  type TransformContext,
  textOf,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { accessorOf } from "../calls/client-calls.js";
import { schemasOf } from "../receivers/client-module.js";
import { heldOmit } from "../receivers/client-options.js";
import { type ClientSite, clientSites } from "../receivers/clients.js";
import { dropNamespace, prismaNamespace } from "../receivers/prisma-import.js";
import { type ClientOmit, clientOmit, isLockstepCast, isOurs, omitId } from "./client-omit.js";

const id = omitId;

/**
 * Excludes the new column from reads: Prisma names every column of a model in every SELECT and RETURNING. The cast keeps the column in the
 * row types; without it functions that return whole rows do not compile.
 */
export const prismaOmit: Transform = {
  id,
  intents: ["keepFromReads", "read"],

  *find(file, context) {
    if (context.intent.kind === "read") yield* open(file, context, (found) => isOurs(found, file, context));
    // NULL is a regular value of a column that stays optional: code that reads it before the backfill gets NULL.
    else if (!context.intent.staysOptional && !isRunByHand(file)) yield* close(file, context);
  },

  // Without the field, no omit may name it.
  undo: (file, context) => open(file, context, () => true),
  // The plan whose omit is removed last also removes the import.
  mayStay: (edit) => isImport(edit.text),
};

/** Whether a file runs only after the column exists, and serves no users: tests, seeds, scripts. */
function isRunByHand(file: SourceFile): boolean {
  return (
    isTestFile(file) || /(?:^|[/._-])seed(?:s|ers?|ing)?(?:[/._-]|$)|(?:^|\/)(?:scripts?|one-?offs?)\//i.test(file.file)
  );
}

function* close(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const namespace = file.isJavaScript ? undefined : prismaNamespace(file, context.project);
  let needsImport = false;
  for (const site of clientSites(file, context.project)) {
    const what = describe(site.node, `options of ${site.what}`);
    const cast = file.isJavaScript ? "" : namespace && castTo(namespace.name);
    if (site.origin === "unknown") {
      yield unclearSite(site, what, file, context);
      continue;
    }
    const found = closeSite(site, cast, what, file, context);
    if (found === "done") continue;
    if (found !== undefined) {
      needsImport ||= namespace !== undefined && found.text.includes(castTo(namespace.name));
      yield found;
      continue;
    }
    const reason = toAdd(site, file, context);
    yield { kind: "place", certainty: "required", offset: site.node.getStart(file.ast), what, reason };
  }
  if (needsImport && namespace?.edit !== undefined) yield namespace.edit;
}

/** A client whose schema is unresolved: on another schema's client, the option would not compile. */
function unclearSite(site: ClientSite, what: string, file: SourceFile, context: TransformContext): Finding {
  const { own, others } = schemasOf(context.project);
  const unclear = `Lockstep cannot tell whether it is the client of ${own} or of ${others}`;
  const reason = `${unclear}: add \`${optionFor(context)}\` if it is that of ${own}`;
  return { kind: "place", certainty: "possible", offset: site.node.getStart(file.ast), what, reason };
}

function optionFor({ model, field }: TransformContext): string {
  return `omit: { ${accessorOf(model.name)}: { ${field.name}: true } }${castTo("Prisma")}`;
}

/** The manual edit, where Lockstep cannot make it. */
function toAdd(site: ClientSite, file: SourceFile, context: TransformContext): string {
  const { options, argument } = site;
  const otherwise = `otherwise every read of ${context.model.name} names ${context.field.name}`;
  if (options === undefined && argument === undefined)
    return `no options are given here: add \`${optionFor(context)}\`, ${otherwise}`;
  const add = (text: string) => `the options are not a plain literal: add \`${text}\`, ${otherwise}`;
  const cast = file.isJavaScript ? "" : castTo("Prisma");
  const omit = options && valueAt(options, "omit");
  if (omit !== undefined)
    return pathOf(omit).includes("…")
      ? add(optionFor(context))
      : `an omit is given here: write \`${omitOption(textOf(unwrap(omit), file), cast, context)}\`, ${otherwise}`;
  const values = options === undefined ? (argument === undefined ? [] : [argument]) : spreadValues(options);
  const [value, ...more] = values.filter((each) => heldOmit(each, file, context.project).kind !== "none");
  if (value === undefined || more.length > 0 || pathOf(value).includes("…")) return add(optionFor(context));
  const option = omitOption(`${textOf(unwrap(value), file)}.omit`, cast, context);
  const text = options === undefined ? `{ ...${textOf(value, file)}, ${option} }` : option;
  return `${textOf(value, file)} may hold an omit of its own: write \`${text}\`, ${otherwise}`;
}

/** @param held an existing omit that ours must not replace */
function omitOption(held: string | undefined, cast: string, { model, field }: TransformContext): string {
  const accessor = accessorOf(model.name);
  const [all, own] = held === undefined ? ["", ""] : [`...${held}, `, `...${held}?.${accessor}, `];
  return `omit: { ${all}${accessor}: { ${own}${field.name}: true } }${cast}`;
}

/** Our option beside values that are assembled elsewhere. Undefined if it might break them. */
function omitBeside(
  values: readonly ts.Expression[],
  cast: string,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const held = values
    .map((value) => heldOmit(value, file, context.project))
    .flatMap((each) => (each.kind === "none" ? [] : [each]));
  const [first, ...more] = held;
  if (first === undefined) return omitOption(undefined, cast, context);
  if (first.kind !== "typed" || more.length > 0) return undefined;
  return omitOption(first.path, cast, context);
}

function spreadValues(options: ts.ObjectLiteralExpression): readonly ts.Expression[] {
  return spreadsOf(options).map(({ expression }) => expression);
}

/** The edit for one client. "done": it already omits the column. Undefined: it needs a manual edit. */
function closeSite(
  site: ClientSite,
  cast: string | undefined,
  what: string,
  file: SourceFile,
  context: TransformContext,
): EditFinding | "done" | undefined {
  const { model, field } = context;
  const accessor = accessorOf(model.name);
  const { options, emptyAt, argument } = site;
  if (options === undefined) {
    const given = argument === undefined ? [] : [argument];
    const option = cast === undefined ? undefined : omitBeside(given, cast, file, context);
    if (option === undefined || (argument === undefined && emptyAt === undefined)) return undefined;
    const text = `{ ${given.map((each) => `...${textOf(each, file)}, `).join("")}${option} }`;
    const [start, end] = argument ? [argument.getStart(file.ast), argument.end] : [emptyAt ?? 0, emptyAt ?? 0];
    return { kind: "edit", splices: [{ start, end, text }], what, text };
  }
  const omit = valueAt(options, "omit");
  if (omit === undefined) {
    const option = cast === undefined ? undefined : omitBeside(spreadValues(options), cast, file, context);
    return option === undefined ? undefined : addProperty(options, option, what, file);
  }
  const omitted = unwrap(omit);
  if (!ts.isObjectLiteralExpression(omitted) || isReplaced(options, file, context)) return undefined;
  // The users' own omit is not cast: their types lack those columns. Only our column has to stay in the types.
  const isTyped = ts.isObjectLiteralExpression(omit) && !file.isJavaScript;
  const entry = `${field.name}: true${isTyped ? " as boolean" : ""}`;
  const ofModel = valueAt(omitted, accessor);
  if (ofModel === undefined) return addProperty(omitted, `${accessor}: { ${entry} }`, what, file);
  const fields = unwrap(ofModel);
  if (!ts.isObjectLiteralExpression(fields)) return undefined;
  return propertiesOf(fields).has(field.name) ? "done" : addProperty(fields, entry, what, file);
}

/** Whether a value spread after the omit may contain an omit that overrides it. */
function isReplaced(options: ts.ObjectLiteralExpression, file: SourceFile, { project }: TransformContext): boolean {
  const own = propertiesOf(options).get("omit");
  return spreadsOf(options).some(
    (each) => own !== undefined && each.pos > own.pos && heldOmit(each.expression, file, project).kind !== "none",
  );
}

/** Removes the entry, and what it leaves empty that did not exist before. */
function* open(file: SourceFile, context: TransformContext, mayGo: (found: ClientOmit) => boolean): Iterable<Finding> {
  const written = earlierOf(id, context);
  const gone: Splice[] = [];
  let mayDropImport = [...written, ...context.others].some(
    (edit) => edit.transform === id && edit.file === file.file && isImport(edit.text),
  );
  for (const site of clientSites(file, context.project)) {
    const omit = clientOmit(site, context);
    const found = omit && mayGo(omit) ? openSite(omit, file, context) : undefined;
    if (found === undefined) continue;
    gone.push(...found.splices);
    mayDropImport ||= found.isOrphan;
    const text = found.text;
    const record =
      written.find((edit) => compact(edit.text) === compact(text)) ?? written.find((e) => !isImport(e.text));
    const what = describe(site.node, `options of ${site.what}`);
    yield { kind: "edit", splices: found.splices, what, text: "", replaces: record?.text ?? text };
  }
  const drop = gone.length > 0 && mayDropImport ? dropNamespace(file, context.project, gone) : undefined;
  if (drop !== undefined) {
    const record = written.find((edit) => edit.file === file.file && isImport(edit.text));
    yield { ...drop, ...(record === undefined ? {} : { replaces: record.text }) };
  }
}

interface Opened {
  readonly splices: readonly Splice[];
  /** The removed text. */
  readonly text: string;
  /** The cast was removed although no visible plan wrote it: its import is unused. */
  readonly isOrphan: boolean;
}

function openSite(
  { options, omit, omitted, fields }: ClientOmit,
  file: SourceFile,
  context: TransformContext,
): Opened | undefined {
  const accessor = accessorOf(context.model.name);
  const isOurCast = isLockstepCast(omit);
  if (earlierOf(id, context).length === 0 && !isOurCast) return undefined;
  if (ownProperties(fields, options, accessor, file) > 1) return without(fields, context.field.name, file);
  // Another column may have written the object in which only this one is left.
  const written = writtenIn(file, context);
  const added = written.filter((text) => ownOption.test(text));
  const isOurOmit = isOurCast || added.length > 0 || !written.some((text) => ownModel.test(text));
  if (!isOurOmit || ownProperties(omitted, options, accessor, file) > 1) return without(omitted, accessor, file);

  const isOrphan = isOurCast && added.length === 0;
  const argument = argumentBefore({ options, omit }, added, file);
  if (argument === undefined) return without(options, "omit", file, isOrphan);
  return { splices: [argument], text: textOf(options, file), isOrphan };
}

/** Restores the argument that the options replaced, or none. Undefined if it was a literal. */
function argumentBefore(
  { options, omit }: Pick<ClientOmit, "options" | "omit">,
  added: readonly string[],
  file: SourceFile,
): Splice | undefined {
  const { parent: call } = options;
  const [given, ...more] = options.properties.filter((each) => each !== omit.parent);
  if (!ts.isNewExpression(call) && !ts.isCallExpression(call)) return undefined;
  if (more.length > 0 || (given !== undefined && !ts.isSpreadAssignment(given))) return undefined;
  const before = beforeOmit(compact(textOf(options, file)));
  if (!added.every((text) => text.startsWith("{")) && !added.some((text) => beforeOmit(text) === before))
    return undefined;
  const start = options.getStart(file.ast);
  if (given !== undefined) return { start, end: options.end, text: textOf(given.expression, file) };
  // Formatters put an argument on its own lines, with a comma.
  const [open, close] = [call.arguments?.pos ?? start, call.end - 1];
  const around = file.text.slice(open, start) + file.text.slice(options.end, close);
  if (/^[\s,]*$/.test(around)) return { start: open, end: close, text: "" };
  return { start, end: call.arguments?.hasTrailingComma ? call.arguments.end : options.end, text: "" };
}

/** Recognises an edit that wrote the whole option, and one that wrote a model into an existing option. */
const ownOption = /(?:^|[^\w$])omit:/;
const ownModel = /^\w+:\{/;

/** `{...options,` of `{...options,omit:{user:{handle:true}}}`. */
function beforeOmit(text: string): string {
  return text.slice(0, text.indexOf("omit:"));
}

/** What this and other columns wrote in a file, or in any file if it was moved. */
function writtenIn(file: SourceFile, context: TransformContext): readonly string[] {
  const all = [...context.earlier, ...context.others].filter(
    ({ transform, text }) => transform === id && text !== "" && !isImport(text),
  );
  const here = all.filter((edit) => edit.file === file.file);
  return (here.length > 0 ? here : all).map(({ text }) => compact(text));
}

function without(
  literal: ts.ObjectLiteralExpression,
  name: string,
  file: SourceFile,
  isOrphan = false,
): Opened | undefined {
  const list = commaListOf(literal, file);
  const property = propertiesOf(literal).get(name);
  if (list === undefined || property === undefined) return undefined;
  return { splices: removeItem(list, property, file), text: textOf(property, file), isOrphan };
}

function castTo(namespace: string): string {
  return ` as ${namespace}.GlobalOmitConfig | undefined`;
}

function isImport(text: string): boolean {
  return /^(?:import type \{ Prisma \}|(?:type )?Prisma$)/.test(text);
}

/** The number of properties in a literal, without those that `omitOption` copies from the omit of others. */
function ownProperties(
  literal: ts.ObjectLiteralExpression,
  options: ts.ObjectLiteralExpression,
  accessor: string,
  file: SourceFile,
): number {
  const held = spreadValues(options).flatMap((value) => {
    const text = compact(textOf(unwrap(value), file));
    return [`${text}.omit`, `${text}?.omit`];
  });
  const carried = new Set(held.flatMap((omit) => [omit, `${omit}?.${accessor}`]));
  const isCarried = (each: ts.ObjectLiteralElementLike) =>
    ts.isSpreadAssignment(each) && carried.has(compact(textOf(each.expression, file)));
  return literal.properties.filter((each) => !isCarried(each)).length;
}
