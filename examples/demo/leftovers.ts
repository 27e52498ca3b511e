import { query } from "./database.js";
import { whole } from "./figures.js";
import type { Story } from "./story.js";

/** What should be there at the end and is not, or the other way round. */
export async function leftovers({ screen, shop, orm }: Story, url: string): Promise<string[]> {
  const [rows] = await query<{ users: number; empty: number; wrong: number }>(
    url,
    `SELECT count(*)::int AS users,
            count(*) FILTER (WHERE "handle" IS NULL)::int AS empty,
            count(*) FILTER (WHERE "handle" <> lower("email"))::int AS wrong
     FROM ${orm.table}`,
  );
  const objects = await query<{ name: string }>(
    url,
    `SELECT tgname::text AS name FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT conname FROM pg_constraint WHERE conname LIKE 'lockstep%'
     UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE '%lockstep%'`,
  );
  const [column] = await query<{ required: boolean }>(
    url,
    `SELECT attnotnull AS required FROM pg_attribute WHERE attrelid = '${orm.table}'::regclass AND attname = 'handle'`,
  );
  const mentions = await shop.mentions("lockstep", orm.code);
  const problems = [
    ...(rows === undefined || rows.empty > 0 ? [`${rows?.empty} users have no handle`] : []),
    ...(rows === undefined || rows.wrong > 0 ? [`${rows?.wrong} users have another handle than their email`] : []),
    ...(column?.required === true ? [] : ["the column is not required"]),
    ...objects.map(({ name }) => `${name} is still in the database`),
    ...mentions.map((line) => `still in the code: ${line}`),
  ];
  if (problems.length === 0)
    screen.good(
      `${whole(rows?.users ?? 0)} users, every one with a handle; nothing of Lockstep is left in the tables or the code.`,
    );
  return problems;
}
