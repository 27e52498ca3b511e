import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { TableName } from "../../model/names.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";
import { assertBlock } from "./assertions.js";
import type { Framed } from "./block.js";
import { addConstraint, catalogueCodes, dropConstraint, foreignKeyWords } from "./foreign-key.js";

type AddForeignKeySpec = SpecOf<"add-foreign-key">;

/**
 * Adds the foreign key for new rows. The next file checks existing rows. Keeps an existing identical key, and rejects another constraint
 * with that name (42710). SHARE ROW EXCLUSIVE on both tables in one frame: reads continue.
 */
export function addForeignKey(spec: AddForeignKeySpec): Framed {
  const [table, ...others] = lockedBy(spec);
  return {
    locked: { table, others },
    change: assertBlock(body(spec), "    DECLARE old record;\n"),
    mode: "SHARE ROW EXCLUSIVE",
  };
}

/** Both tables, except one that the same change creates, which nothing else uses yet. */
function lockedBy({ table, foreignKey, isToNew }: AddForeignKeySpec): [TableName, ...TableName[]] {
  return isToNew ? [table] : [table, foreignKey.references];
}

/** Drops the key. A table of the same change may be dropped already. */
export function dropForeignKey(spec: AddForeignKeySpec): Framed {
  const [table, ...others] = lockedBy(spec);
  return { locked: { table, others }, change: `    ${dropConstraint(spec, "IF EXISTS ")};\n` };
}

function body(spec: AddForeignKeySpec): string {
  const { table, foreignKey } = spec;
  const name = quoteLiteral(foreignKey.name);
  const found = `conrelid = ${regclassLiteral(table)}::regclass AND conname = ${name}`;
  const names = (list: readonly string[]) => `ARRAY[${list.map(quoteLiteral).join(", ")}]`;
  const { onUpdate, onDelete, match } = catalogueCodes(foreignKey);
  const isDeferrable = foreignKey.deferrable !== "no";
  const message = `${quoteTable(table)} already has another constraint ${quoteIdentifier(foreignKey.name)}. Nothing was changed.`;
  return `      SELECT contype, confrelid, confupdtype, confdeltype, confmatchtype, condeferrable, condeferred,
             (SELECT array_agg(attname::text ORDER BY o) FROM unnest(conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute ON attrelid = conrelid AND attnum = n) AS cols,
             (SELECT array_agg(attname::text ORDER BY o) FROM unnest(confkey) WITH ORDINALITY k(n, o) JOIN pg_attribute ON attrelid = confrelid AND attnum = n) AS refs
        INTO old FROM pg_constraint WHERE ${found};
      IF NOT FOUND THEN
        ${addConstraint(spec)} NOT VALID;
      ELSIF (old.contype, old.confrelid, old.confupdtype, old.confdeltype, old.confmatchtype, old.condeferrable, old.condeferred, old.cols, old.refs)
            IS DISTINCT FROM ('f'::"char", ${regclassLiteral(foreignKey.references)}::regclass::oid, '${onUpdate}'::"char", '${onDelete}'::"char", '${match}'::"char",
                              ${isDeferrable}, ${foreignKey.deferrable === "deferred"}, ${names(foreignKey.columns)}, ${names(foreignKey.referencedColumns)}) THEN
        RAISE duplicate_object USING MESSAGE = ${quoteLiteral(message)},
          DETAIL = (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE ${found}),
          HINT = 'Rename or drop that constraint, or choose another name for the new one in the model.';
      END IF;
`;
}

export function describeAddForeignKey(spec: AddForeignKeySpec): UnitText {
  return {
    title: `Add the foreign key ${quoteIdentifier(spec.foreignKey.name)}: ${foreignKeyWords(spec)}, for new rows`,
    ddl: `${addConstraint(spec)} NOT VALID`,
    verdict: takes("SHARE ROW EXCLUSIVE", "instant", ...lockedBy(spec)),
    undo: dropConstraint(spec),
  };
}
