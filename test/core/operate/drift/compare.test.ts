import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Inventory, Part } from "../../../../core/src/dialect/inventory.js";
import { compareInventories } from "../../../../core/src/operate/drift/compare.js";
import type { Difference } from "../../../../core/src/operate/drift/difference.js";

const names = ["User", "Order", 'a"b', "naïve", "x.y"];
const name = fc.constantFrom(...names);
const type = fc.constantFrom("text", "integer", "character varying(80)");

const column = fc.record({
  name,
  type,
  notNull: fc.boolean(),
  default: fc.constantFrom(null, "'x'::text", "now()"),
  identity: fc.constant(""),
  generated: fc.constant(""),
  collation: fc.constant(null),
  isInherited: fc.constant(false),
  comment: fc.constantFrom(null, "a comment"),
});
const unique = { selector: (part: { name: string }) => part.name, minLength: 1, maxLength: 4 };

const table = fc
  .record({
    label: name,
    rls: fc.boolean(),
    columns: fc.uniqueArray(column, unique),
    indexes: fc.uniqueArray(fc.record({ name, on: name, isValid: fc.boolean() }), { ...unique, minLength: 0 }),
    checks: fc.uniqueArray(fc.record({ name, text: type, isValid: fc.boolean() }), { ...unique, minLength: 0 }),
    triggers: fc.uniqueArray(fc.record({ name, enabled: fc.constantFrom("O", "D") }), { ...unique, minLength: 0 }),
  })
  .map(({ label, rls, columns, indexes, checks, triggers }) => ({
    name: `public."${label}"`,
    schema: "public",
    label,
    kind: "r",
    options: { persistence: "p", rls, forcedRls: false, replicaIdentity: "d", partitionKey: null, bound: null },
    columns,
    constraints: checks.map(({ name: own, text, isValid }) => ({ name: own, definition: `CHECK (${text})`, isValid })),
    indexes: indexes.map(({ name: own, on, isValid }) => ({
      name: own,
      definition: `CREATE INDEX "${own}" ON public."${label}" USING btree ("${on}")`,
      isValid,
    })),
    triggers: triggers.map(({ name: own, enabled }) => ({ name: own, definition: `TRIGGER ${own}`, enabled })),
    policies: [] as Part[],
  }));

const whole = (facts: Record<string, fc.Arbitrary<unknown>>) =>
  fc.uniqueArray(
    fc
      .record({ label: name, ...facts })
      .map((part): Part => ({ ...part, schema: "public", name: `public."${part.label}"` })),
    { selector: ({ label }) => label, maxLength: 3 },
  );

const inventory: fc.Arbitrary<Inventory> = fc.record({
  schemas: fc.uniqueArray(name, { maxLength: 3 }).map((schemas) => ["public", ...schemas]),
  extensions: fc.uniqueArray(name, { maxLength: 2 }).map((all) => all.map((own) => ({ name: own }))),
  tables: fc.uniqueArray(table, { selector: ({ label }) => label, minLength: 1, maxLength: 4 }),
  views: whole({ kind: fc.constantFrom("v", "m"), definition: type }),
  functions: whole({ kind: fc.constant("f"), definition: type }),
  types: whole({ kind: fc.constant("e"), labels: fc.array(name, { maxLength: 3 }) }),
  sequences: whole({ type: fc.constant("bigint"), increment: fc.constantFrom("1", "2") }),
});

const turned = ({ here, there, ...rest }: Difference) => ({
  ...rest,
  // One that only has another name is told by the first's.
  ...(here?.name === undefined ? {} : { name: String(there?.name) }),
  ...(there && { here: there }),
  ...(here && { there: here }),
});
const inOrder = (all: readonly unknown[]) => all.map((each) => JSON.stringify(each, sorted)).toSorted();
const sorted = (_: string, value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted())
    : value;

describe("two catalogues", () => {
  it("are alike when they are the same, whatever their order and comments", () => {
    fc.assert(
      fc.property(inventory, (one) => {
        const other = {
          ...one,
          tables: one.tables.toReversed().map((each) => ({
            ...each,
            columns: each.columns.toReversed().map((part) => ({ ...part, comment: "another" })),
          })),
          functions: one.functions.toReversed(),
        };
        expect(compareInventories(one, other)).toEqual([]);
      }),
    );
  });

  it("differ the other way round when they are turned round", () => {
    fc.assert(
      fc.property(inventory, inventory, (one, other) => {
        expect(inOrder(compareInventories(other, one))).toEqual(inOrder(compareInventories(one, other).map(turned)));
      }),
    );
  });

  it("differ in exactly the one thing that was changed", () => {
    fc.assert(
      fc.property(inventory, fc.nat(), fc.nat(), (one, at, kind) => {
        const changes = mutations(one);
        const { named, changed } = changes[(at * 31 + kind) % changes.length]!;
        const found = compareInventories(changed, one);
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject(named);
      }),
      { numRuns: 400 },
    );
  });
});

interface Mutation {
  readonly named: Partial<Difference>;
  readonly changed: Inventory;
}

/** Every single thing that somebody could do to it: take away, add, change. */
function mutations(one: Inventory): readonly Mutation[] {
  const listed = ["views", "functions", "types", "sequences"] as const;
  const kinds = { views: "view", functions: "function", types: "type", sequences: "sequence" } as const;
  const added = { name: 'public."new"', schema: "public", label: "new" };
  return [
    { named: { kind: "schema", name: "audit" }, changed: { ...one, schemas: [...one.schemas, "audit"] } },
    {
      // What stands in it is told with it.
      named: { kind: "schema", name: "audit" },
      changed: {
        ...one,
        schemas: [...one.schemas, "audit"],
        tables: [...one.tables, { ...one.tables[0]!, schema: "audit", name: "audit.log", label: "log" }],
        functions: [...one.functions, { name: "audit.f()", schema: "audit", label: "f()" }],
      },
    },
    {
      named: { kind: "extension", name: "new" },
      changed: { ...one, extensions: [...one.extensions, { name: "new" }] },
    },
    ...listed.flatMap((list): Mutation[] => [
      { named: { kind: kinds[list], name: "new" }, changed: { ...one, [list]: [...one[list], added] } },
      ...one[list].map((part) => ({
        named: { kind: kinds[list], name: String(part.label) },
        changed: { ...one, [list]: one[list].filter((each) => each !== part) },
      })),
    ]),
    ...one.tables.flatMap((own) => tableMutations(one, own)),
  ];
}

function tableMutations(one: Inventory, own: Inventory["tables"][number]): readonly Mutation[] {
  const withTable = (changed: Partial<typeof own>): Inventory => ({
    ...one,
    tables: one.tables.map((each) => (each === own ? { ...own, ...changed } : each)),
  });
  const of = (kind: Difference["kind"], name: unknown) => ({ kind, table: own.label, name: String(name) });
  const [first] = own.columns;
  const lists = { constraints: "constraint", indexes: "index", triggers: "trigger" } as const;
  return [
    {
      named: { kind: "table", name: own.label },
      changed: { ...one, tables: one.tables.filter((each) => each !== own) },
    },
    {
      named: { kind: "table", name: own.label, here: { rls: !own.options.rls } },
      changed: withTable({ options: { ...own.options, rls: !own.options.rls } }),
    },
    { named: of("column", "new"), changed: withTable({ columns: [...own.columns, { ...first, name: "new" }] }) },
    {
      // With the sequence that it owns.
      named: of("column", "serial"),
      changed: {
        ...withTable({ columns: [...own.columns, { ...first, name: "serial" }] }),
        sequences: [
          ...one.sequences,
          { name: "public.s", schema: "public", label: "s", ownedBy: `public."${own.label}".serial` },
        ],
      },
    },
    ...own.columns.flatMap((part) => [
      { named: of("column", part.name), changed: withTable({ columns: own.columns.filter((each) => each !== part) }) },
      {
        named: { ...of("column", part.name), here: { type: "uuid" }, there: { type: part.type } },
        changed: withTable({ columns: own.columns.map((each) => (each === part ? { ...each, type: "uuid" } : each)) }),
      },
    ]),
    ...Object.entries(lists).flatMap(([list, kind]) => {
      const parts = own[list as keyof typeof lists];
      return parts.map((part) => ({
        named: of(kind, part.name),
        changed: withTable({ [list]: parts.filter((each) => each !== part) }),
      }));
    }),
    ...own.constraints
      .filter(({ definition }, _, all) => all.filter((each) => each.definition === definition).length === 1)
      .map((part) => ({
        named: { ...of("constraint", "new"), here: { name: "new" }, there: { name: part.name } },
        changed: withTable({
          constraints: own.constraints.map((each) => (each === part ? { ...each, name: "new" } : each)),
        }),
      })),
  ];
}
