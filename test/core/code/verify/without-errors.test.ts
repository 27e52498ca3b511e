import fc from "fast-check";
import { expect, test } from "vitest";
import { Checks } from "../../../../core/src/code/verify/checks.js";
import type { NewError, VerifyResult } from "../../../../core/src/code/verify/request.js";
import { type EditGroup, withoutErrors } from "../../../../core/src/code/verify/without-errors.js";
import { type Files, planned, projectOf, tsconfig } from "./project.js";

/** Edits of one line each: the line that says `group` becomes the text. */
interface Edit {
  readonly id: string;
  readonly lines: Readonly<Record<string, readonly [from: string, to: string]>>;
}

/** Sifts edits of a real project, and counts the checks. */
async function sift(files: Files, edits: readonly Edit[], watched: readonly string[] = []) {
  const all = { "tsconfig.json": tsconfig(), ...files };
  const checks = new Checks({ ...planned(projectOf(all), all), watched });
  const groups = edits.map(({ id, lines }): EditGroup => ({ id, files: Object.keys(lines) }));
  let made = 0;
  const result = await withoutErrors(groups, {
    apply: (ids) => {
      const after = new Map<string, string>();
      for (const { id, lines } of edits)
        if (ids.has(id))
          for (const [file, [from, to]] of Object.entries(lines))
            after.set(file, (after.get(file) ?? files[file] ?? "").replace(from, to));
      return after;
    },
    check: async (after) => {
      made++;
      return { ...checks.check(after), ms: 1 };
    },
  });
  return { ...result, made };
}

const files = {
  "src/user.ts": "export interface User { id: number /* more */ }\n",
  "src/show.ts":
    'import type { User } from "./user";\nexport const show = (user: User) => ({ id: user.id /* more */ });\n// below\n',
  "src/seed.ts": 'import type { User } from "./user";\nexport const seed: User = { id: 1 };\n',
};
const optional: Edit = { id: "optional", lines: { "src/user.ts": [" /* more */", "; handle?: string"] } };
const required: Edit = { id: "required", lines: { "src/user.ts": [" /* more */", "; handle: string"] } };
const reads: Edit = { id: "reads", lines: { "src/show.ts": [" /* more */", ", handle: user.handle"] } };
const wrong: Edit = { id: "wrong", lines: { "src/show.ts": ["// below", "export const wrong: number = show;"] } };

test("nothing is left out when nothing is wrong, after one check", async () => {
  const result = await sift(files, [optional, reads]);
  expect(result).toEqual({ kept: ["optional", "reads"], dropped: [], isChecked: true, isExact: true, ms: 1, made: 1 });
});

test("what is wrong is left out; its neighbours in the file come back", async () => {
  const { kept, dropped, isExact } = await sift(files, [optional, wrong, reads]);
  expect(kept).toEqual(["optional", "reads"]);
  expect(dropped).toEqual([
    { id: "wrong", error: expect.objectContaining({ file: "src/show.ts", line: 3, code: 2322 }) },
  ]);
  expect(isExact).toBe(true);
});

test("an error in a file that nobody edits is put down to the edit that adds it", async () => {
  const { kept, dropped } = await sift(files, [reads, required], ["src/seed.ts"]);
  expect(kept).toEqual([]);
  expect(dropped).toEqual([
    { id: "reads", error: expect.objectContaining({ file: "src/show.ts", code: 2339 }) },
    { id: "required", error: expect.objectContaining({ file: "src/seed.ts", line: 2, code: 2741 }) },
  ]);
});

test("an edit that needs another goes with it", async () => {
  expect((await sift(files, [reads])).dropped).toHaveLength(1);
  const wrongModel: Edit = {
    id: "wrongModel",
    lines: { "src/user.ts": [" /* more */", "; handle?: Nothing"] },
  };
  expect(await sift(files, [wrongModel, reads])).toMatchObject({
    kept: [],
    dropped: [
      { id: "wrongModel", error: { code: 2304 } },
      { id: "reads", error: { code: 2339 } },
    ],
  });
});

const error: NewError = { file: "a.ts", line: 1, code: 1, message: "wrong" };
const answer = (errors: readonly NewError[]): VerifyResult => ({ errors, isExact: true, isChecked: true, ms: 1 });
const over: VerifyResult = { errors: [], isExact: false, isChecked: false, skipped: "too long", ms: 1 };
const groups = ["a", "b", "c"].map((id) => ({ id, files: [`${id}.ts`] }));
const apply = (ids: ReadonlySet<string>) => new Map([...ids].map((id) => [`${id}.ts`, id]));

test("when nothing can be checked everything is kept; when checks end early, what was found right", async () => {
  const all = await withoutErrors(groups, { apply, check: async () => over });
  expect(all).toEqual({
    kept: ["a", "b", "c"],
    dropped: [],
    isChecked: false,
    isExact: false,
    skipped: "too long",
    ms: 1,
  });
  const answers = [answer([error]), over];
  const none = await withoutErrors(groups, { apply, check: async () => answers.shift() ?? over });
  expect(none).toMatchObject({ kept: [], skipped: "too long", isExact: true });
  expect(none.dropped).toEqual(groups.map(({ id }) => ({ id, error })));
  const later = [answer([error, { ...error, file: "b.ts" }]), answer([]), over];
  const some = await withoutErrors(groups, { apply, check: async () => later.shift() ?? over });
  expect(some).toMatchObject({
    kept: ["c"],
    dropped: [{ id: "a", error }, { id: "b" }],
    skipped: "too long",
    isExact: true,
  });
});

test("of one file, the edits in the lines of errors are left out first", async () => {
  const ids = Array.from({ length: 9 }, (_, at) => `${at}`);
  const wrong = ["2", "5", "8"];
  let checks = 0;
  const { kept, dropped } = await withoutErrors(
    ids.map((id) => ({ id, files: ["a.ts"], lines: [{ file: "a.ts", first: Number(id), last: Number(id) }] })),
    {
      apply: (has) => new Map([...has].map((id) => [id, id])),
      check: async (after) => {
        checks++;
        return answer(wrong.filter((id) => after.has(id)).map((id) => ({ ...error, lineBefore: Number(id) })));
      },
    },
  );
  expect(kept).toEqual(ids.filter((id) => !wrong.includes(id)));
  expect(dropped.map((each) => [each.id, each.error.lineBefore])).toEqual(wrong.map((id) => [id, Number(id)]));
  // All, all but these, and these in halves.
  expect(checks).toBe(6);
});

test("whatever is wrong alone or only together: what is kept is right, and nothing could be added to it", async () => {
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
      fc.boolean(),
      async (conflicts, isElsewhere) => {
        const errorsOf = (has: ReadonlySet<string>) =>
          conflicts
            .filter((conflict) => conflict.every((id) => has.has(id)))
            .map(([id]) => ({ ...error, file: isElsewhere ? "other.ts" : `${id}.ts` }));
        let checks = 0;
        const { kept, dropped } = await withoutErrors(
          ids.map((id) => ({ id, files: [`${id}.ts`] })),
          {
            apply,
            check: async (after) => {
              checks++;
              return answer(errorsOf(new Set([...after.values()])));
            },
          },
        );
        expect(errorsOf(new Set(kept))).toEqual([]);
        for (const { id } of dropped) expect(errorsOf(new Set([...kept, id]))).not.toEqual([]);
        expect([...kept, ...dropped.map(({ id }) => id)].sort()).toEqual(ids);
        expect(checks).toBeLessThanOrEqual(40);
      },
    ),
  );
});
