import type { Query } from "@lockstep/typeorm-wrapper/internal";
import type { RecordedLog } from "./recorded-log.js";

/**
 * Changes of columns that would change nothing, which each migration of TypeORM's makes again. MariaDB says of an optional column that its
 * default is NULL, in words, and a data source of the type `mysql` takes that for the text 'NULL'. It prints `(uuid())` as `uuid()`.
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

/** What TypeORM has read of the database, as an entity says the same. It gives a length to numbers that have none. */
function asDeclared(query: string): string {
  return query.replace(/ DEFAULT 'NULL'(?= |$)/, "").replace(/` (double|float)\(\d+\) /, "` $1 ");
}

const parentheses = / DEFAULT \((.+)\)$/;
