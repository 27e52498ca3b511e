/** Teams that the replayed apps are written by: the features that list fields of a model, and the habits that go with them. */
import type { Audience } from "./ranking-columns.js";

export const kinds = [
  "select",
  "mapper",
  "type",
  "dto",
  "zod",
  "create",
  "update",
  "names",
  "sql",
  "graphql",
  "fixture",
  "test",
] as const;
export type Kind = (typeof kinds)[number];

/** How a place is written; `ranking-texts.ts` has a text for each. */
export type Form =
  | "selectConst"
  | "selectCall"
  | "mapperReturned"
  | "mapperConst"
  | "mapperTyped"
  | "mapperUntyped"
  | "interface"
  | "dto"
  | "zod"
  | "create"
  | "update"
  | "names"
  | "sql"
  | "graphql"
  | "fixture"
  | "createInTest"
  | "bodyInTest";

export const kindOfForm: Readonly<Record<Form, Kind>> = {
  selectConst: "select",
  selectCall: "select",
  mapperReturned: "mapper",
  mapperConst: "mapper",
  mapperTyped: "mapper",
  mapperUntyped: "mapper",
  interface: "type",
  dto: "dto",
  zod: "zod",
  create: "create",
  update: "update",
  names: "names",
  sql: "sql",
  graphql: "graphql",
  fixture: "fixture",
  createInTest: "test",
  bodyInTest: "test",
};

/**
 * What a feature shows of a model: `all` that its readers may see; a `copy` of it, that some columns were forgotten in; what belongs
 * to a `topic` or two; or `some` fields that it needs, and no others.
 */
export type Role = "all" | "copy" | "topic" | "some";

export interface Feature {
  readonly name: string;
  readonly role: Role;
  readonly seenBy: Audience;
  /** Its fields come from callers. */
  readonly takes: boolean;
  /** How likely the team extends a place when the new column belongs there. */
  readonly care: number;
  readonly forms: readonly Form[];
}

export interface Team {
  readonly name: string;
  /** What sets it apart, for the report. */
  readonly habit: string;
  readonly orm: "prisma" | "typeorm";
  /** The model of people, which most columns go to, and the one of things. */
  readonly models: readonly [person: string, thing: string];
  readonly features: readonly Feature[];
  /** Features that the model of things has too. */
  readonly shared: readonly string[];
  /** New columns are declared beside those of their topic and not at the end. */
  readonly sortsColumns: boolean;
  /** How likely a developer looks after tests that compile without the column. */
  readonly careOfTests: number;
}

const passingNames =
  "mail search picker audit report badge digest lookup stats merge invite notice queue feed alert label".split(" ");

/** Features that need a few fields each: most of what looks alike, in every app. */
const passing = (forms: readonly (readonly Form[])[]): readonly Feature[] =>
  passingNames.map((name, at) => ({
    name,
    role: "some",
    seenBy: "staff",
    takes: false,
    care: 0.015,
    forms: forms[at % forms.length] ?? [],
  }));

const feature = (
  name: string,
  role: Role,
  seenBy: Audience,
  care: number,
  forms: readonly Form[],
  takes = false,
): Feature => ({ name, role, seenBy, takes, care, forms });

/** What looks like the models and is about something else. */
const others: readonly Feature[] = [feature("recipient", "some", "staff", 0, ["interface", "zod", "mapperUntyped"])];

const tests: readonly Feature[] = [
  feature("seeding", "some", "staff", 0.1, ["createInTest", "createInTest"]),
  feature("checks", "some", "everyone", 0.08, ["bodyInTest", "bodyInTest", "bodyInTest", "bodyInTest"]),
  feature("rows", "all", "staff", 0.5, ["bodyInTest"]),
];

export const teams: readonly Team[] = [
  {
    name: "all DTOs",
    habit: "one public view, extended everywhere",
    orm: "prisma",
    models: ["User", "Product"],
    shared: ["api", "input", "forms", "mail", "search", "picker", "report", "badge", "queue", "recipient", "checks"],
    sortsColumns: false,
    careOfTests: 0.9,
    features: [
      feature("api", "all", "everyone", 0.95, ["selectConst", "mapperTyped", "interface", "zod"]),
      feature("input", "all", "everyone", 0.92, ["zod", "update"], true),
      feature("signup", "topic", "everyone", 0.6, ["zod", "create"], true),
      feature("forms", "topic", "everyone", 0.75, ["zod", "update", "interface"], true),
      feature("staff", "all", "staff", 0.85, ["selectCall", "mapperReturned"]),
      feature("samples", "all", "nobody", 1, ["fixture"]),
      ...passing([
        ["selectCall", "mapperReturned", "interface"],
        ["selectCall", "interface", "bodyInTest"],
        ["mapperConst", "zod", "update"],
      ]),
      ...others,
      ...tests,
    ],
  },
  {
    name: "public and admin",
    habit: "two views of each model, with DTO classes",
    orm: "prisma",
    models: ["Member", "Course"],
    shared: ["public", "admin", "write", "mail", "search", "audit", "report", "stats", "feed", "alert", "checks"],
    sortsColumns: true,
    careOfTests: 0.6,
    features: [
      feature("public", "all", "everyone", 0.88, ["selectCall", "mapperReturned", "dto"]),
      feature("admin", "all", "staff", 0.92, ["selectCall", "mapperConst", "dto"]),
      feature("write", "all", "everyone", 0.9, ["dto", "create", "update"], true),
      feature("settings", "topic", "everyone", 0.8, ["selectCall", "dto", "update"], true),
      feature("contact", "topic", "staff", 0.7, ["selectConst", "mapperConst"]),
      ...passing([
        ["selectCall", "dto"],
        ["mapperConst", "interface", "bodyInTest"],
        ["selectCall", "mapperReturned", "names"],
        ["selectCall", "update"],
        ["sql", "mapperReturned"],
      ]),
      ...others,
      ...tests,
    ],
  },
  {
    name: "copies",
    habit: "several copies, of which only some get columns",
    orm: "prisma",
    models: ["Account", "Listing"],
    shared: ["api", "input", "export", "webhook", "mail", "search", "picker", "lookup", "notice", "label", "checks"],
    sortsColumns: false,
    careOfTests: 0.4,
    features: [
      feature("api", "all", "everyone", 0.9, ["selectConst", "mapperConst", "graphql"]),
      feature("input", "all", "everyone", 0.85, ["zod", "create", "update"], true),
      feature("export", "copy", "staff", 0.45, ["selectCall", "mapperReturned", "names"]),
      feature("webhook", "copy", "everyone", 0.3, ["mapperReturned", "interface"]),
      feature("index", "copy", "everyone", 0.35, ["selectCall", "mapperUntyped", "interface"]),
      feature("partner", "copy", "everyone", 0.15, ["selectConst", "mapperConst"]),
      feature("warehouse", "copy", "nobody", 0.3, ["sql", "mapperUntyped"]),
      feature("billing", "topic", "staff", 0.75, ["selectCall", "mapperReturned", "interface"]),
      ...passing([
        ["selectCall", "mapperReturned", "interface"],
        ["selectCall", "zod"],
        ["mapperUntyped", "interface", "bodyInTest"],
        ["selectCall", "update"],
      ]),
      ...others,
      ...tests,
    ],
  },
  {
    name: "whole rows",
    habit: "TypeORM, DTO classes, hardly a select",
    orm: "typeorm",
    models: ["Guest", "Room"],
    shared: ["public", "write", "admin", "mail", "search", "audit", "badge", "invite", "merge", "recipient", "checks"],
    sortsColumns: false,
    careOfTests: 0.7,
    features: [
      feature("public", "all", "everyone", 0.92, ["mapperTyped", "dto"]),
      feature("write", "all", "everyone", 0.9, ["dto", "create", "update"], true),
      feature("admin", "all", "staff", 0.88, ["mapperConst", "dto", "selectCall"]),
      feature("kiosk", "topic", "everyone", 0.75, ["dto", "mapperReturned", "update"], true),
      feature("export", "copy", "staff", 0.35, ["mapperReturned", "names", "sql"]),
      feature("sync", "copy", "nobody", 0.3, ["mapperConst", "interface"]),
      ...passing([
        ["mapperReturned", "interface"],
        ["mapperConst", "dto"],
        ["selectCall", "mapperReturned", "bodyInTest"],
        ["update", "interface"],
        ["sql", "mapperReturned"],
      ]),
      ...others,
      ...tests,
    ],
  },
];
