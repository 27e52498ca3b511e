import { LockstepError } from "../base/errors.js";

/**
 * Returns every n-th item from the i-th on, so that n processes share the work: `0/3`, `1/3`, `2/3`.
 *
 * @param part `i/n`. Undefined: all
 * @throws LS8002 invalid format
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
