import type { NewError, VerifyResult } from "./request.js";

/** Edits that are made together or not at all. */
export interface EditGroup {
  readonly id: string;
  /** The files that it edits. */
  readonly files: readonly string[];
  /** The lines that it edits, before all edits. Default: not known. */
  readonly lines?: readonly { readonly file: string; readonly first: number; readonly last: number }[];
}

export interface Sifting {
  /** The texts with only the edits of these groups. */
  apply(ids: ReadonlySet<string>): ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>;
  /** `Verifier.check`. */
  check(after: ReadonlyMap<string, string>): Promise<VerifyResult>;
}

export interface Sifted {
  /** In input order. */
  readonly kept: readonly string[];
  readonly dropped: readonly { readonly id: string; readonly error: NewError }[];
  /** Whether the kept groups were checked. */
  readonly isChecked: boolean;
  /** Whether the check was exact. */
  readonly isExact: boolean;
  readonly skipped?: string;
  /** Duration of all checks in milliseconds. */
  readonly ms: number;
}

/** In this many rounds, the groups with errors in their lines, or else in their files, are left out at once, which is usually enough. */
const rounds = 3;
/** After that it bisects. Groups not proven correct after this many checks are left out. */
const mostChecks = 40;

/**
 * Leaves out the edits that would add a type error, and only those: edits left out because of another edit in the same file are tried
 * again. If the first check fails, everything is kept and `skipped` has the reason. Later, unproven edits are left out.
 *
 * @example const { kept, dropped } = await withoutErrors(groups, { apply, check: (after) => verifier.check(after) });
 */
export async function withoutErrors(groups: readonly EditGroup[], sifting: Sifting): Promise<Sifted> {
  const tries = new Tries(sifting);
  let errors = await tries.errorsOf(groups);
  if (errors === undefined || errors.length === 0) return tries.result(groups, groups);

  let rest = groups;
  for (let round = 0; round < rounds && errors !== undefined && errors.length > 0; round++) {
    const found = errors;
    const near = rest.filter((group) => found.some((error) => isAt(error, group)));
    // Errors elsewhere in a file may be of any of its groups.
    const far = found.filter((error) => !near.some((group) => isAt(error, group)));
    const files: ReadonlySet<string> = new Set(far.map(({ file }) => file));
    const innocent = rest.filter((group) => !near.includes(group) && !group.files.some((file) => files.has(file)));
    // Errors in files without edits cannot be attributed to a group.
    if (innocent.length === rest.length) break;
    rest = innocent;
    errors = await tries.errorsOf(rest);
  }
  let good: readonly EditGroup[] = errors?.length === 0 ? rest : [];
  const add = async (more: readonly EditGroup[]): Promise<void> => {
    if (more.length === 0) return;
    const both = groups.filter((group) => good.includes(group) || more.includes(group));
    if ((await tries.errorsOf(both, more))?.length === 0) good = both;
    else if (more.length > 1) {
      const half = Math.ceil(more.length / 2);
      await add(more.slice(0, half));
      await add(more.slice(half));
    }
  };
  await add(rest.filter((group) => !good.includes(group)));
  await add(groups.filter((group) => !rest.includes(group)));
  return tries.result(groups, good);
}

/** The checks made so far. */
class Tries {
  readonly #sifting: Sifting;
  readonly #made = new Map<string, VerifyResult>();
  /** The error for which each group was last left out. */
  readonly #blame = new Map<string, NewError>();
  #last: NewError | undefined;
  #skipped: string | undefined;

  constructor(sifting: Sifting) {
    this.#sifting = sifting;
  }

  /**
   * The errors that groups add together; undefined if that cannot be checked, now and from then on.
   * @param suspects the groups that the errors are attributed to, if they are in their files. A single group gets all of them. Default: the
   * groups
   */
  async errorsOf(groups: readonly EditGroup[], suspects = groups): Promise<readonly NewError[] | undefined> {
    // No edits add no errors.
    if (groups.length === 0) return [];
    const { isChecked, errors } = this.#made.get(keyOf(groups)) ?? (await this.#check(groups)) ?? { isChecked: false };
    if (!isChecked || errors === undefined) return undefined;
    for (const group of suspects) {
      const { id, files } = group;
      const at = errors.find((error) => isAt(error, group));
      const own = at ?? errors.find(({ file }) => files.includes(file));
      const error = own ?? (suspects.length === 1 ? errors[0] : undefined);
      if (error !== undefined) this.#blame.set(id, error);
    }
    return errors;
  }

  result(groups: readonly EditGroup[], kept: readonly EditGroup[]): Sifted {
    const ids = new Set(kept.map(({ id }) => id));
    return {
      kept: [...ids],
      dropped: groups.flatMap(({ id }) => {
        const error = this.#blame.get(id) ?? this.#last;
        return ids.has(id) || error === undefined ? [] : [{ id, error }];
      }),
      isChecked: kept.length === 0 || this.#made.get(keyOf(kept))?.isChecked === true,
      isExact: kept.length === 0 || this.#made.get(keyOf(kept))?.isExact === true,
      ...(this.#skipped !== undefined && { skipped: this.#skipped }),
      ms: [...this.#made.values()].reduce((sum, { ms }) => sum + ms, 0),
    };
  }

  async #check(groups: readonly EditGroup[]): Promise<VerifyResult | undefined> {
    const isOver = [...this.#made.values()].some(({ isChecked }) => !isChecked);
    if (isOver || this.#made.size === mostChecks) return undefined;
    const result = await this.#sifting.check(await this.#sifting.apply(new Set(groups.map(({ id }) => id))));
    this.#made.set(keyOf(groups), result);
    this.#skipped = result.skipped ?? this.#skipped;
    this.#last = result.errors[0] ?? this.#last;
    return result;
  }
}

/** Whether an error is in a line that a group edits. */
function isAt({ file, lineBefore = 0 }: NewError, { lines = [] }: EditGroup): boolean {
  return lines.some((each) => each.file === file && each.first <= lineBefore && lineBefore <= each.last);
}

function keyOf(groups: readonly EditGroup[]): string {
  return JSON.stringify(groups.map(({ id }) => id));
}
