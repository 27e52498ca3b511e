import { whole } from "./figures.js";
import type { Story } from "./story.js";

/** What should be there at the end and is not, or the other way round. */
export async function leftovers({ screen, shop, orm, system }: Story, url: string): Promise<string[]> {
  const { users, empty, wrong, isRequired, objects } = await system.stateOf(url, system.quote(orm.table));
  const mentions = await shop.mentions("lockstep", orm.code);
  const problems = [
    ...(empty > 0 ? [`${empty} users have no handle`] : []),
    ...(wrong > 0 ? [`${wrong} users have another handle than their email`] : []),
    ...(isRequired ? [] : ["the column is not required"]),
    ...objects.map((name) => `${name} is still in the database`),
    ...mentions.map((line) => `still in the code: ${line}`),
  ];
  if (problems.length === 0)
    screen.good(
      `${whole(users)} users, every one with a handle; nothing of Lockstep is left in the tables or the code.`,
    );
  return problems;
}
