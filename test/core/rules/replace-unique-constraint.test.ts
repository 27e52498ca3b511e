import rule from "../../../core/src/rules/replace-unique-constraint.js";
import { ruleTester } from "../../support/rule-tester.js";

// TypeORM 1.1.1: of a composite constraint the drop comes first, of a column's own after the new column.
const change = (column: string, drop: string, unique: string) =>
  `ALTER TABLE "setting" DROP CONSTRAINT "${drop}";
ALTER TABLE "setting" ADD ${column};
ALTER TABLE "setting" ADD CONSTRAINT "UQ_new" UNIQUE (${unique});`;
const build = [
  /CONCURRENTLY "UQ_new" ON "setting"\("userId", "channel"\)/,
  /reads pg_index/,
  /ADD CONSTRAINT "UQ_new" UNIQUE USING INDEX "UQ_new"$/,
];
const drop = [/reads pg_index/, /^ALTER TABLE "setting" DROP CONSTRAINT "UQ_user"$/];

ruleTester(rule, {
  safe: [
    {
      name: "a constraint that is not a unique one",
      sql: change(`"channel" text`, "FK_other", `"userId", "channel"`),
      notice: /the database then accepts rows that the constraint rejected/,
    },
    {
      name: "a new key that has nothing of the old one",
      sql: change(`"channel" text`, "UQ_user", `"channel"`),
      notice: /the database then accepts rows that the constraint rejected/,
    },
    {
      name: "a new key over columns that were there",
      sql: change(`"channel" text`, "UQ_user", `"userId", "name"`),
      notice: /the database then accepts rows that the constraint rejected/,
    },
  ],
  unsafe: [
    {
      name: "typeorm 1.1.1, required column",
      sql: change(`"channel" text NOT NULL`, "UQ_user", `"userId", "channel"`),
      consequence: /"UQ_new" rejects fewer duplicates than "UQ_user"/,
      ddl: { expand: [/ADD COLUMN "channel" text/, ...build], contract: [/VALIDATE/, /SET NOT NULL/, ...drop] },
    },
    {
      name: "typeorm 1.1.1, stored default: the old key goes in a phase of its own",
      sql: change(`"channel" text NOT NULL DEFAULT 'email'`, "UQ_user", `"userId", "channel"`),
      consequence: /Running code that uses the old key fails/,
      ddl: { expand: [/DEFAULT 'email'/, ...build], contract: drop },
    },
    {
      name: "a bare index takes its place",
      sql: change(`"channel" text`, "UQ_user", `"userId"`).replace(
        /ALTER TABLE "setting" ADD CONSTRAINT.*/,
        `CREATE UNIQUE INDEX "UQ_new" ON "setting" ("userId", "channel");`,
      ),
      consequence: /rejects fewer duplicates/,
      ddl: { expand: [/ADD COLUMN/, ...build.slice(0, 2)], contract: drop },
    },
  ],
});
