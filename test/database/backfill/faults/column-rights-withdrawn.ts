import { rightsWithdrawn } from "./rights-withdrawn.js";

/** The same of an account whose rights are on single columns: those that the backfill reads, and the one that it fills. */
export default rightsWithdrawn("column-rights-withdrawn", ({ table }) => {
  const read = [...table.key.map(({ column }) => column), "email", "handle"].join(", ");
  return { all: `SELECT (${read}), UPDATE (handle)`, some: "UPDATE (handle)" };
});
