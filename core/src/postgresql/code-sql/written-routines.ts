import type { SqlTable } from "../../dialect/code-sql.js";
import type { WrittenRoutine } from "../../dialect/whole-rows.js";
import { splitStatements } from "../read/split-statements.js";
import { type AnyNode, nameParts } from "../read/walk.js";
import { isTable, listOf, parsed } from "./statements.js";
import { isTypeOf } from "./whole-rows.js";

/**
 * The functions and procedures that statements create and do not drop again, with the triggers of a table that run them.
 *
 * @param texts in the order in which they run
 */
export function routinesWritten(texts: readonly string[], table: SqlTable): readonly WrittenRoutine[] {
  const routines = new Map<string, WrittenRoutine>();
  const triggers = new Map<string, { readonly runs: string; readonly definition: string; readonly writes: string[] }>();
  for (const text of texts.filter((each) => mayMake.test(each))) {
    for (const { lead, end } of splitStatements(text)) {
      const sql = text.slice(lead, end);
      const [statement] = (mayMake.test(sql) ? (parsed(sql) ?? []) : []) as unknown as readonly Readonly<
        Record<string, AnyNode>
      >[];
      const { CreateFunctionStmt, CreateTrigStmt, DropStmt } = statement ?? {};
      if (CreateFunctionStmt !== undefined) {
        const routine = routineOf(CreateFunctionStmt, sql, table);
        routines.set(routine.name, routine);
      } else if (CreateTrigStmt !== undefined && isTable(CreateTrigStmt.relation, table)) {
        const { trigname, funcname, events } = CreateTrigStmt;
        const writes = Object.entries(bits).flatMap(([write, bit]) => ((Number(events) & bit) > 0 ? [write] : []));
        triggers.set(String(trigname), { runs: nameParts(funcname).at(-1) ?? "", definition: sql, writes });
      } else if (DropStmt !== undefined) {
        for (const object of listOf(DropStmt.objects)) {
          const { List, ObjectWithArgs } = object as Readonly<Record<string, AnyNode | undefined>>;
          if (ObjectWithArgs !== undefined) routines.delete(nameParts(ObjectWithArgs.objname).at(-1) ?? "");
          else if (DropStmt.removeType === "OBJECT_TRIGGER") triggers.delete(nameParts(List?.items).at(-1) ?? "");
        }
      }
    }
  }
  return [...routines.values()].map((routine) => {
    const own = [...triggers.values()].filter(({ runs }) => runs === routine.name);
    return { ...routine, triggers: own.map(({ definition, writes }) => ({ definition, events: writes })) };
  });
}

const mayMake = /\b(?:function|procedure|routine|trigger)\b/i;
const bits = { INSERT: 4, UPDATE: 16, DELETE: 8 };

function routineOf(statement: AnyNode, sql: string, table: SqlTable): WrittenRoutine {
  const { funcname, returnType, options, is_procedure: isProcedure, parameters } = statement;
  const option = (name: string) =>
    listOf(options)
      .map(({ DefElem }) => DefElem as AnyNode)
      .find(({ defname }) => defname === name)?.arg as AnyNode;
  const items = listOf((option("as")?.List as AnyNode | undefined)?.items);
  const name = nameParts(funcname).at(-1) ?? "";
  const { names } = (returnType ?? {}) as AnyNode;
  const isFixed = listOf(parameters).some(({ FunctionParameter }) =>
    /_(?:OUT|TABLE)$/.test(String((FunctionParameter as AnyNode).mode)),
  );
  const kind = isProcedure === true ? "procedure" : "function";
  return {
    what: `${kind} ${name}()`,
    kind,
    name,
    language: (option("language")?.String as { sval?: string } | undefined)?.sval ?? "sql",
    body: nameParts(items)[0] ?? "",
    arguments: "",
    returns: nameParts(names).at(-1) ?? "",
    create: sql,
    triggers: [],
    ...(!isFixed && isTypeOf(returnType, table) ? { row: "result" as const } : {}),
  };
}
