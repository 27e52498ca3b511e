import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-unique",
  severity: "error",
  summary: "ADD UNIQUE stops reads and writes until its index is built",
  on: ["addUnique"],
  isMechanical: true,
  safer: ({ table, name, columns, hasOther, refusesNull, deferrable }, { alone, quote }) => {
    const key = quote.identifier(name ?? `${table.name}_${columns.join("_")}_key`);
    const words = `build the index while writes go on${alone}, then attach it`;
    // INCLUDE, NULLS NOT DISTINCT, storage: of the index; DEFERRABLE: of the constraint.
    if (hasOther || refusesNull !== undefined || deferrable !== "no")
      return { words: `${words}, with all that this one says` };
    return {
      words,
      sql: [
        `CREATE UNIQUE INDEX CONCURRENTLY ${key} ON ${quote.table(table)} (${columns.map(quote.identifier).join(", ")})`,
        `ALTER TABLE ${quote.table(table)} ADD CONSTRAINT ${key} UNIQUE USING INDEX ${key}`,
      ],
    };
  },
  examples: {
    unsafe: [`ALTER TABLE "User" ADD CONSTRAINT "User_handle_key" UNIQUE ("handle");`],
    safe: [`ALTER TABLE "User" ADD CONSTRAINT "User_handle_key" UNIQUE USING INDEX "User_handle_key";`],
  },
  background: `The index of the constraint is built under an ACCESS EXCLUSIVE lock, and the statement fails where two rows are alike. Built CONCURRENTLY first, the index is attached in an instant.`,
});
