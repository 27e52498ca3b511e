import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OrmApp, succeeded } from "./orm-app.js";
import { orms } from "./orms.js";

// What the stock command tells of a change besides its plan, and what it refuses: in the same words for every ORM. Every test builds on
// the one before.

describe.each(orms)("$name", ({ create }) => {
  let app: OrmApp;
  /** The model with the planned column as a person, or a merge, puts it back. */
  let putBack: string;
  const asBefore = /^Lockstep: as before, \w+\.handle optional until contract \(plan \S*handle, phase expand\)\.$/im;
  const isOptional = /handle(?: +String|!: string \|)[^\n]*(?:\?|null)/;

  beforeAll(async () => {
    app = await create().open({ development: 0, production: 0 });
    app.declare({
      columns: [
        ...["one", "two", "three"].map((name) => ({ name, isRequired: false })),
        { name: "handle", isRequired: true, fill: "lower(email)" },
      ],
    });
    putBack = app.read(app.modelFile);
    await succeeded(app.generate("AddHandle"));
    await succeeded(app.apply(app.development));
    await app.commit("Add handle");
    await addSpare("spareColumn");
  });
  /** No commit has it: its drop passes, with a notice. */
  const addSpare = async (name: string) => {
    app.declare({ columns: [{ name, isRequired: false }] });
    await succeeded(app.generate(`Add_${name}`));
    await succeeded(app.apply(app.development));
  };
  afterAll(() => app?.close());

  test("a model that was put back follows its plan again beside a change that passes, whose notice is told", async () => {
    app.write(app.modelFile, putBack);
    const { output } = await succeeded(app.generate("WithoutSpare"));
    expect(output).toMatch(asBefore);
    expect(output).toMatch(/runs unchanged: ALTER TABLE "users" DROP COLUMN "spareColumn"/);
    expect(app.read(app.modelFile)).toMatch(isOptional);
    await succeeded(app.apply(app.development));
  });

  test("and beside a change that gets a plan of its own", async () => {
    app.write(app.modelFile, putBack);
    app.declare({ columns: [{ name: "nick", isRequired: true, fill: "upper(email)" }] });
    const { output } = await succeeded(app.generate("AddNick"));
    expect(output).toMatch(asBefore);
    expect(output).toContain("Written for expand");
    expect(app.read(app.modelFile)).toMatch(isOptional);
    expect(app.read(app.modelFile)).toMatch(new RegExp(isOptional.source.replace("handle", "nick")));
    await succeeded(app.apply(app.development));
    await app.commit("Add nick");
    expect((await app.generate("Nothing")).output).toMatch(app.noChanges);
  });

  test("notices and annotations that nothing uses are told together", async () => {
    await addSpare("otherColumn");
    app.replaceColumn("otherColumn", []);
    app.replaceColumn("three", [{ name: "three", isRequired: false, fill: "lower(email)" }]);
    const { output } = await succeeded(app.generate("NoSpare"));
    expect(output).toMatch(
      /^Lockstep\n.*DROP COLUMN "otherColumn".*\n.*@lockstep\.backfill\(lower\(email\)\) is not used/m,
    );
    await succeeded(app.apply(app.development));
    await app.commit("NoSpare");
  });

  test("a function for a table that the change makes would not be used", async () => {
    app.declare({ tables: [{ name: "Extra", columns: [{ name: "label", isRequired: true }] }] });
    const config = app.read("lockstep.config.ts");
    const fills = 'fills: { Extra: { label: { reads: [], fill: async (rows) => rows, fallback: "refuse" } } }';
    app.edit("lockstep.config.ts", "targets:", `${fills}, targets:`);
    const { code, output } = await app.generate("AddExtra");
    expect(code).not.toBe(0);
    expect(output).toContain("LS2054");
    expect(output).toContain("fills.Extra.label would have no effect");
    app.write("lockstep.config.ts", config);
    await succeeded(app.generate("AddExtra"));
  });
});
