import type { Query } from "@lockstep/typeorm-wrapper/internal";
import type { RecordedLog } from "./recorded-log.js";

/**
 * Changes of columns without effect, which TypeORM repeats in each migration. MariaDB reports the default of an optional column as the word
 * NULL, and a data source of the type `mysql` reads that as the text 'NULL'. It prints `(uuid())` as `uuid()`.
 */
export function repeatedChanges({ steps }: Pick<RecordedLog, "steps">): ReadonlySet<Query> {
  const repeated = new Set<Query>();
  for (const { up, down } of steps)
    for (const query of up) {
      const back = down.find((each) => asDeclared(each.query) === query.query.replace(parentheses, " DEFAULT $1"));
      if (back !== undefined && /^ALTER TABLE .+ CHANGE /.test(query.query)) repeated.add(query).add(back);
    }
  return repeated;
}

/** TypeORM's reading of the database, in the form of an entity's declaration. It adds a length to numbers that have none. */
function asDeclared(query: string): string {
  return query.replace(/ DEFAULT 'NULL'(?= |$)/, "").replace(/` (double|float)\(\d+\) /, "` $1 ");
}

const parentheses = / DEFAULT \((.+)\)$/;
