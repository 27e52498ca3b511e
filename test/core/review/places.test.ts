import { expect, it } from "vitest";
import type { Place, PlaceChoice, PlannedEdit } from "../../../core/src/model/index.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { placeGroups } from "../../../core/src/review/places.js";
import { editsText } from "../../../core/src/review/terminal.js";

const at = (file: string, line: number) => ({ file, line, what: "data of create", model: "User", field: "handle" });
const edit = (file: string, line: number) => at(file, line) as unknown as PlannedEdit;
const place = (file: string, line: number, kind: Place["kind"] = "required"): Place => ({
  ...at(file, line),
  kind,
  reason: "to write",
});

it("lists a test in one line, and its places apart from those that gates wait for", () => {
  const edits = [edit("src/a.ts", 1), edit("src/a.ts", 4), edit("test/a.ts", 9), edit("src/a.spec.ts", 2)];
  const spec = [1, 2, 3, 4, 5, 6, 7].map((line) =>
    place("src/b.spec.ts", line, line % 2 === 0 ? "likely" : "required"),
  );
  const open = { places: [place("src/b.ts", 8), ...spec, { ...place("e2e/c.ts", 3), mayLeaveOut: true as const }] };
  const more = [5, 6].map((line) => edit("test/a.ts", line));
  expect(
    editsText({ edits: [...edits, ...more], open, command: "npx lockstep code" }, colorsFor(false)).split("\n"),
  ).toEqual([
    "6 code edits made",
    "  src/a.ts:1, 4    data of create",
    "  test/a.ts        3 edits: lines 9, 5, 6",
    "  src/a.spec.ts:2  data of create",
    "1 place for you to edit (see the reason)",
    "  src/b.ts:8  data of create — to write",
    "8 places in tests (optional: no gate checks them)",
    "  src/b.spec.ts  7 places: lines 1, 2, 3, 4, 5 and 2 more",
    "  e2e/c.ts:3     data of create — to write",
  ]);
});

it("prints and counts a place once, whatever the number of columns that it is about", () => {
  const of = (field: string, kind: Place["kind"]): Place => ({
    ...place("src/list.ts", 3, kind),
    field,
    text: `${field}: true`,
    reason: `add \`${field}: true\``,
  });
  const fields = ["handle", "region"];
  const edits = fields.map((field) => ({ ...edit("src/a.ts", 1), field }));
  const open = { places: [...fields.map((field) => of(field, "required")), of("handle", "required")] };
  expect(editsText({ edits, open, command: "npx lockstep code" }, colorsFor(false)).split("\n")).toEqual([
    "1 code edit made",
    "  src/a.ts:1  data of create",
    "1 place for you to edit (see the reason)",
    "  src/list.ts:3  data of create — add `handle: true`; add `region: true`",
  ]);
});

const choice: PlaceChoice = { model: "User", field: "handle", key: "k", phase: "expand", choice: "no", by: "not" };
const both = [true, false];

it("sorts each place into one group, and asks about none that a person declined with a reason", () => {
  for (const file of ["src/a.ts", "src/a.test.ts"])
    for (const kind of ["required", "likely", "possible"] as const)
      for (const mayLeaveOut of both)
        for (const isDeclined of both)
          for (const isLeft of both) {
            const place: Place = {
              ...{ file, line: 1, kind, what: "row", reason: "r", model: "User", field: "handle", key: "k" },
              ...(mayLeaveOut && { mayLeaveOut: true }),
              ...(isDeclined && { declined: "A view" }),
            };
            const groups = placeGroups({ places: [place], choices: isLeft ? [choice] : [] });
            const found = Object.entries(groups).flatMap(([name, places]) => places.map(() => name));
            expect(found, JSON.stringify({ place, isLeft })).toHaveLength(1);
            if (isDeclined) expect(found).toEqual(["declined"]);
            else if (mayLeaveOut && file === "src/a.ts") expect(found).toEqual(["asked"]);
          }
});

it("lists a place once that one field has for several reasons", () => {
  const places = [
    place("src/a.ts", 1, "likely"),
    place("src/a.ts", 1),
    { ...place("src/a.ts", 1), declined: "A view" },
  ];
  const { required, likely, declined } = placeGroups({ places });
  expect([required.length, likely.length, declined.length]).toEqual([1, 0, 0]);
});
