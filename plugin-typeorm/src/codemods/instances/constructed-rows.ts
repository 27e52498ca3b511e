import type { EntityModel } from "@lockstep/core";
import {
  type Copying,
  copyingOf,
  type Finding,
  type SourceFile,
  type TransformContext,
  textOf,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { classOf, entityOfValue } from "../receivers/entities.js";
import { basesOf } from "../receivers/heritage.js";
import { type LookupContext, once } from "../receivers/lookup-context.js";

/** A row that a constructor of the entity gets as an object: `new User({ email })`. */
export interface ConstructedRow {
  readonly made: ts.NewExpression;
  readonly value: ts.Expression;
  readonly model: EntityModel;
  /** The constructor may drop fields of the object: it sets them one by one, or passes the object on. */
  readonly isUnclear: boolean;
}

/** All of a file. Constructors that take the fields one by one get no object: they are listed themselves. */
export function constructedRows(file: SourceFile, where: LookupContext): readonly ConstructedRow[] {
  return once(where, constructedRows, file, () =>
    file.nodes(ts.SyntaxKind.NewExpression).flatMap((made) => {
      const [value] = made.arguments ?? [];
      const model = value && entityOfValue(made.expression, file, where);
      if (value === undefined || model === undefined || !mayBeRow(value, model, where)) return [];
      const { copying } = constructorOf(model, where) ?? {};
      return [{ made, value, model, isUnclear: copying !== "all" && copying !== "named" }];
    }),
  );
}

/** The constructor of the entity that takes its fields one by one, if code creates rows with it. */
export function* listConstructors(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { field, model } = context;
  const found = constructorOf(model, context);
  if (found === undefined || found.file !== file || found.copying === "all") return;
  const { maker, copying } = found;
  if (new RegExp(`\\bthis\\.${field.name}\\b`).test(textOf(maker, file))) return;
  const takesObject = context.project.files.some((each) =>
    constructedRows(each, context).some((row) => row.model === model),
  );
  // In doubt the calls are listed.
  if (copying !== "named" && takesObject) return;
  const what = `constructor of ${model.name}`;
  const reason = takesObject
    ? `it sets the fields of a row one by one: set ${field.name}, too`
    : `rows are made by it: set ${field.name} there; TypeORM calls it without arguments, so they may be undefined`;
  yield { kind: "place", certainty: "likely", offset: maker.getStart(file.ast), what, reason, mayLeaveOut: true };
}

interface Constructor {
  readonly maker: ts.SignatureDeclaration;
  readonly file: SourceFile;
  readonly copying: Exclude<Copying, "base">;
}

/** The constructor of an entity, its own or inherited; undefined if none in view has parameters. */
function constructorOf(model: EntityModel, where: LookupContext): Constructor | undefined {
  return once(where, constructorOf, model, () => {
    const owner = classOf(model, where);
    if (owner === undefined) return undefined;
    const bases = [...basesOf(owner.node, owner.file, where)].flatMap(({ found }) =>
      found?.kind === "declaration" && ts.isClassDeclaration(found.node)
        ? [{ node: found.node, file: found.file }]
        : [],
    );
    let first: Omit<Constructor, "copying"> | undefined;
    for (const { node, file } of [owner, ...bases]) {
      const copying = copyingOf(node);
      const maker = copying && node.members.find(ts.isConstructorDeclaration);
      if (copying === undefined || maker === undefined) continue;
      first ??= { maker, file };
      if (copying !== "base") return { ...first, copying };
    }
    return first && { ...first, copying: "unknown" };
  });
}

/** Whether an argument may be an object with fields of a row, and not the value of one field. */
function mayBeRow(value: ts.Expression, model: EntityModel, where: LookupContext): boolean {
  const inner = unwrap(value);
  if (ts.isSpreadElement(inner)) return true;
  const isField = (name: string) => model.fields.some((field) => field.name === name);
  if (ts.isObjectLiteralExpression(inner)) return inner.properties.length > 0;
  if (ts.isLiteralExpression(inner) || ts.isTemplateExpression(inner)) return false;
  const type = where.project.types?.of(inner);
  if (type === undefined) return !takesSeveral(model, where);
  if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) return !takesSeveral(model, where);
  return type.getProperties().some(({ name }) => isField(name));
}

function takesSeveral(model: EntityModel, where: LookupContext): boolean {
  return (constructorOf(model, where)?.maker.parameters.length ?? 0) > 1;
}
