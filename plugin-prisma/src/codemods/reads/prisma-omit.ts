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
 * Keeps reads away from the new column: Prisma names every column of a model in every SELECT and RETURNING.
 * The cast keeps the column in the row types; without it functions that return whole rows stop compiling.
 */
export const prismaOmit: Transform = {
  id,
  intents: ["keepFromReads", "read"],

  *find(file, context) {
    if (context.intent.kind === "read") yield* open(file, context, (found) => isOurs(found, file, context));
    // NULL is a value of a column that stays optional: whoever reads it before it is filled finds that.
    else if (!context.intent.staysOptional && !isRunByHand(file)) yield* close(file, context);
  },

  // Without the field nobody's omit may name it.
  undo: (file, context) => open(file, context, () => true),
  // The plan whose omit goes last takes it away.
  mayStay: (edit) => isImport(edit.text),
};

/** Whether a file is run on a database that has the column by then, and serves nobody: tests, seeds, scripts. */
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

/** A client of which nothing says whose it is: of another schema's, the option would not compile. */
function unclearSite(site: ClientSite, what: string, file: SourceFile, context: TransformContext): Finding {
  const { own, others } = schemasOf(context.project);
  const unclear = `Lockstep cannot tell whether it is the client of ${own} or of ${others}`;
  const reason = `${unclear}: add \`${optionFor(context)}\` if it is that of ${own}`;
  return { kind: "place", certainty: "possible", offset: site.node.getStart(file.ast), what, reason };
}

function optionFor({ model, field }: TransformContext): string {
  return `omit: { ${accessorOf(model.name)}: { ${field.name}: true } }${castTo("Prisma")}`;
}

/** What a person has to write, where we cannot. */
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

/** @param held the omit that others may have given, which ours must not take the place of */
function omitOption(held: string | undefined, cast: string, { model, field }: TransformContext): string {
  const accessor = accessorOf(model.name);
  const [all, own] = held === undefined ? ["", ""] : [`...${held}, `, `...${held}?.${accessor}, `];
  return `omit: { ${all}${accessor}: { ${own}${field.name}: true } }${cast}`;
}

/** Our option beside values that are put together elsewhere; undefined where it might break what they hold. */
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

/** The edit for one client; "done" where it keeps the column away already; undefined where a person has to. */
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
  // The users' own omit is not cast: their types do without those columns. Only ours has to stay in the types.
  const isTyped = ts.isObjectLiteralExpression(omit) && !file.isJavaScript;
  const entry = `${field.name}: true${isTyped ? " as boolean" : ""}`;
  const ofModel = valueAt(omitted, accessor);
  if (ofModel === undefined) return addProperty(omitted, `${accessor}: { ${entry} }`, what, file);
  const fields = unwrap(ofModel);
  if (!ts.isObjectLiteralExpression(fields)) return undefined;
  return propertiesOf(fields).has(field.name) ? "done" : addProperty(fields, entry, what, file);
}

/** Whether what is spread behind the omit may hold one that takes its place. */
function isReplaced(options: ts.ObjectLiteralExpression, file: SourceFile, { project }: TransformContext): boolean {
  const own = propertiesOf(options).get("omit");
  return spreadsOf(options).some(
    (each) => own !== undefined && each.pos > own.pos && heldOmit(each.expression, file, project).kind !== "none",
  );
}

/** Takes the entry out, and with it what became empty and was not there before. */
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
  /** What is taken out. */
  readonly text: string;
  /** The cast went although no plan in view had written it: its import is nobody's any more. */
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
  // Another column may have written what only this one is left in.
  const written = writtenIn(file, context);
  const added = written.filter((text) => ownOption.test(text));
  const isOurOmit = isOurCast || added.length > 0 || !written.some((text) => ownModel.test(text));
  if (!isOurOmit || ownProperties(omitted, options, accessor, file) > 1) return without(omitted, accessor, file);

  const isOrphan = isOurCast && added.length === 0;
  const argument = argumentBefore({ options, omit }, added, file);
  if (argument === undefined) return without(options, "omit", file, isOrphan);
  return { splices: [argument], text: textOf(options, file), isOrphan };
}

/** Puts back what was given in the place of the options, or nothing; undefined where a literal was given. */
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
  // Formatters put an argument on lines of its own, with a comma.
  const [open, close] = [call.arguments?.pos ?? start, call.end - 1];
  const around = file.text.slice(open, start) + file.text.slice(options.end, close);
  if (/^[\s,]*$/.test(around)) return { start: open, end: close, text: "" };
  return { start, end: call.arguments?.hasTrailingComma ? call.arguments.end : options.end, text: "" };
}

/** How the text of an edit goes that wrote the whole option, and of one that wrote a model into an option that was there. */
const ownOption = /(?:^|[^\w$])omit:/;
const ownModel = /^\w+:\{/;

/** `{...options,` of `{...options,omit:{user:{handle:true}}}`. */
function beforeOmit(text: string): string {
  return text.slice(0, text.indexOf("omit:"));
}

/** What this and other columns wrote in a file, or anywhere if it has moved there. */
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

/** How many properties a literal has besides what `omitOption` carries over from the omit of others. */
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
