import { LockstepError } from "../base/errors.js";

/**
 * Every n-th of many, from the i-th on, so that n processes have each its own: `0/3`, `1/3`, `2/3`.
 *
 * @param part `i/n`; undefined: all
 * @throws LS8002 it is not so
 */
export function partOf<T>(all: readonly T[], part: string | undefined): readonly T[] {
  if (part === undefined) return all;
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(part) ?? [];
  if (index === undefined || Number(index) >= Number(count))
    throw new LockstepError("LS8002", `--part ${part}: expected a number from 0 on and the number of parts.`, {
      hint: "For three processes use --part 0/3, --part 1/3 and --part 2/3.",
    });
  return all.filter((_, at) => at % Number(count) === Number(index));
}
