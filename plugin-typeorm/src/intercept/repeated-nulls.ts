import type { Query } from "@lockstep/typeorm-wrapper/internal";
import type { RecordedLog } from "./recorded-log.js";

/**
 * Changes of columns that would change nothing. MariaDB says of an optional column that its default is NULL, in words, and a data source of
 * the type `mysql` takes that for the text 'NULL': each migration of TypeORM's takes it away again.
 */
export function repeatedNulls({ steps }: Pick<RecordedLog, "steps">): ReadonlySet<Query> {
  const repeated = new Set<Query>();
  for (const { up, down } of steps)
    for (const query of up) {
      const back = down.find((each) => each.query !== query.query && each.query.replace(nullText, "") === query.query);
      if (back !== undefined && /^ALTER TABLE .+ CHANGE /.test(query.query)) repeated.add(query).add(back);
    }
  return repeated;
}

const nullText = / DEFAULT 'NULL'(?= |$)/;
