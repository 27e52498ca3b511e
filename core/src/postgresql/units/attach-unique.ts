import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";
import { assertBlock } from "./assertions.js";
import type { Framed } from "./block.js";
import { expectedDefinition, indexDefinition } from "./index-definition.js";
import { dropUnique, isOfName, usingIndexWords } from "./unique-constraint.js";

type AttachUniqueSpec = SpecOf<"attach-unique">;

/**
 * Attaches the built index to a unique constraint, without reading rows. Keeps an existing identical constraint. Rejects another constraint
 * with that name (42710), and an index that is missing or not the planned one (55000).
 */
export function attachUnique(spec: AttachUniqueSpec): Framed {
  const { table, index } = spec;
  const { deferrable = "no" } = index.constraint ?? {};
  const [label, name] = [quoteTable(table), quoteIdentifier(index.name)];
  const other = `${label} already has another constraint ${name}. Nothing was changed.`;
  const missing = `The index ${name} on ${label} is missing, not valid or another one. Nothing was changed.`;
  // The index of a unique constraint always has the constraint's name.
  const declare = `    DECLARE
      expected constant text := ${expectedDefinition(index)}${index.definition === undefined ? "" : " || ' NULLS NOT DISTINCT'"};  -- as pg_get_indexdef prints it
      built    constant text := (SELECT ${indexDefinition("x")} FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
                                  WHERE x.indrelid = ${regclassLiteral(table)}::regclass AND c.relname = ${quoteLiteral(index.name)} AND x.indisvalid);
      old      constant pg_constraint := (SELECT k FROM pg_constraint k WHERE ${isOfName(table, index)});
`;
  return {
    locked: spec,
    change: assertBlock(
      `      IF old.oid IS NULL THEN
        IF built IS DISTINCT FROM expected THEN
          RAISE object_not_in_prerequisite_state USING MESSAGE = ${quoteLiteral(missing)},
            HINT = 'Run the files of this plan that build the index and check it first.';
        END IF;
        ${attach(spec)};
      ELSIF (old.contype, old.condeferrable, old.condeferred, built)
            IS DISTINCT FROM ('u'::"char", ${deferrable !== "no"}, ${deferrable === "deferred"}, expected) THEN
        RAISE duplicate_object USING MESSAGE = ${quoteLiteral(other)}, DETAIL = pg_get_constraintdef(old.oid),
          HINT = 'Rename or drop that constraint, or choose another name for the new one in the model.';
      END IF;
`,
      declare,
    ),
  };
}

function attach({ table, index }: AttachUniqueSpec): string {
  const name = quoteIdentifier(index.name);
  return `ALTER TABLE ${quoteTable(table)} ADD CONSTRAINT ${name} ${usingIndexWords(name, index)}`;
}

export function describeAttachUnique(spec: AttachUniqueSpec): UnitText {
  return {
    title: `Turn the index ${quoteIdentifier(spec.index.name)} into a unique constraint, without a scan`,
    ddl: attach(spec),
    verdict: takes("ACCESS EXCLUSIVE", "instant", spec.table),
    undo: `${dropUnique(spec)}, and with it the index`,
  };
}
