import { LockstepError } from "../../base/errors.js";
import { tableLabel } from "../../model/names.js";
import { changing, type FillContext, refused } from "../../sql/fill-context.js";
import { ofTheMoment } from "../../sql/function-names.js";
import { aggregates, setReturning } from "../builtins.js";
import { type AnyNode, nameParts, walkInto } from "../read/walk.js";
import type { Expression } from "./expression.js";

/** Rejects what a row trigger or the UPDATE of a batch cannot evaluate. A subquery may contain aggregates. */
export function refuseForms(expression: Expression, context: FillContext): void {
  const look = (isInside: boolean) => (kind: string, node: AnyNode) => {
    if (kind === "SubLink") {
      if (context.lookedUp === undefined) throw refused("it has a subquery", context);
      if (context.kind === "mirror")
        throw refused(
          "a mirror can follow only columns of its own row: no trigger fires when a row of another table changes",
          context,
        );
      walkInto(node.testexpr, look(isInside));
      walkInto(node.subselect, look(true));
      return "skip";
    }
    refuseBeyondRow(kind, node, isInside, expression, context);
    return "into";
  };
  // The statement around the expression is Lockstep's own.
  walkInto(
    (expression.tree.stmts?.[0]?.stmt as { SelectStmt?: AnyNode } | undefined)?.SelectStmt?.targetList,
    look(false),
  );
}

function refuseBeyondRow(
  kind: string,
  node: AnyNode,
  isInside: boolean,
  expression: Expression,
  context: FillContext,
): void {
  switch (kind) {
    case "ParamRef":
      throw refused(`it has a parameter ($${node.number ?? ""})`, context, "Write the value itself.");
    case "SetToDefault":
      throw refused("DEFAULT is not a value here", context, "Write the value itself.");
    case "GroupingFunc":
    case "JsonObjectAgg":
    case "JsonArrayAgg":
      if (!isInside) throw refused("it aggregates several rows", context);
      break;
    case "FuncCall":
      if (!isInside) refuseFunction(node, context);
      break;
    case "TypeCast":
      refuseMoment(node, context);
      break;
    case "SQLValueFunction":
      refuseKeywordColumn(node, expression, context);
      break;
  }
}

function refuseFunction(node: AnyNode, context: FillContext): void {
  const name = nameParts(node.funcname).at(-1) ?? "";
  if (node.over !== undefined) throw refused(`${name}() OVER (…) reads other rows`, context);
  const isAggregate = node.agg_star || node.agg_distinct || node.agg_order || node.agg_filter || node.agg_within_group;
  if (isAggregate || aggregates.has(name)) throw refused(`${name}() aggregates several rows`, context);
  if (setReturning.has(name)) throw refused(`${name}() returns several rows`, context);
  const count = Array.isArray(node.args) ? node.args.length : 0;
  if (/^(?:to_tsvector|(?:plain|phrase|websearch_)?to_tsquery)$/.test(name) && count === 1)
    throw refused(`${name}() uses the configuration of the session; name one: ${name}('english', …)`, context);
  if (context.kind === "mirror" && (ofTheMoment.has(name) || (name === "age" && count === 1)))
    throw changing(`${name}()`, context);
}

/** `'today'::date` */
function refuseMoment(node: AnyNode, context: FillContext): void {
  const constant = (node.arg as { A_Const?: { sval?: { sval?: string } } } | undefined)?.A_Const?.sval?.sval;
  if (context.kind === "mirror" && constant !== undefined && /^\s*(?:now|today|tomorrow|yesterday)\b/i.test(constant))
    throw changing(`'${constant}'`, context);
}

/** Unquoted `user` is not the column of that name but the database role: silently the wrong value. */
function refuseKeywordColumn(node: AnyNode, expression: Expression, context: FillContext): void {
  const start = expression.startOf(node);
  const word = expression.tokens.find((token) => token.start === start)?.text.toLowerCase();
  if (context.kind === "mirror" && word !== undefined && !context.columns.includes(word))
    throw changing(word.toUpperCase(), context);
  if (word !== undefined && context.columns.includes(word)) {
    throw new LockstepError(
      "LS2003",
      `${context.source}: ${word} is an SQL keyword here, not the column of "${tableLabel(context.table)}"`,
      { hint: `Quote the column: "${word}".` },
    );
  }
}
