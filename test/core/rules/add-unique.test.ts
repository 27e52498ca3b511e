import rule from "../../../core/src/rules/add-unique.js";
import { ruleTester } from "../../support/rule-tester.js";

const build = (name: string, columns: string) => [
  new RegExp(`^CREATE UNIQUE INDEX CONCURRENTLY "${name}" ON "users"\\(${columns}\\)$`),
  /reads pg_index/,
];
const attach = (name: string, rest = "") =>
  new RegExp(`^ALTER TABLE "users" ADD CONSTRAINT "${name}" UNIQUE USING INDEX "${name}"${rest}$`);

ruleTester(rule, {
  safe: [
    {
      name: "on a new table",
      sql: `CREATE TABLE "t" ("a" text); ALTER TABLE "t" ADD CONSTRAINT "UQ" UNIQUE ("a");`,
    },
    {
      name: "with an index that is there",
      sql: `ALTER TABLE "users" ADD "email" text; ALTER TABLE "users" ADD CONSTRAINT "UQ" UNIQUE USING INDEX "i";`,
    },
    {
      name: "with a part that no unit describes",
      sql: `ALTER TABLE "users" ADD "email" text; ALTER TABLE "users" ADD CONSTRAINT "UQ" UNIQUE NULLS NOT DISTINCT ("email");`,
      notice: /wait until its index is built/,
    },
    {
      name: "without a name",
      sql: `ALTER TABLE "users" ADD "email" text; ALTER TABLE "users" ADD UNIQUE ("email");`,
      notice: /wait until its index is built/,
    },
    {
      name: "over a column that rewrites the table: the greater hazard",
      sql: `ALTER TABLE "users" ADD "email" text GENERATED ALWAYS AS ('a') STORED; ALTER TABLE "users" ADD CONSTRAINT "UQ" UNIQUE ("email");`,
      notice: /every row of "\w+" is rewritten/,
    },
  ],
  unsafe: [
    {
      name: "typeorm 1.1.1, over an existing column: one phase",
      sql: `ALTER TABLE "users" ADD CONSTRAINT "UQ_51b8b26ac168fbe7d6f5653e6cf" UNIQUE ("name");`,
      consequence: /blocks reads and writes of "users"/,
      ddl: { expand: [/^CREATE UNIQUE INDEX CONCURRENTLY/, /^none/, /UNIQUE USING INDEX/], contract: [] },
    },
    {
      name: "typeorm 1.1.1, optional: one phase",
      sql: `ALTER TABLE "users" ADD "email" character varying;
ALTER TABLE "users" ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email");`,
      consequence: /blocks reads and writes of "users" until it is finished/,
      ddl: {
        expand: [
          /ADD COLUMN "email" character varying$/,
          ...build("UQ_97672ac88f789774dd47f7c8be3", `"email"`),
          attach("UQ_97672ac88f789774dd47f7c8be3"),
        ],
        contract: [],
      },
    },
    {
      name: "typeorm 1.1.1, required: with the column's own plan",
      sql: `ALTER TABLE "users" ADD "mail" character varying NOT NULL;
ALTER TABLE "users" ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("mail");`,
      consequence: /built under a lock/,
      ddl: {
        expand: [
          /ADD COLUMN "mail" character varying; CREATE TRIGGER/,
          ...build("UQ_97672ac88f789774dd47f7c8be3", `"mail"`),
          attach("UQ_97672ac88f789774dd47f7c8be3"),
        ],
        contract: [/VALIDATE/, /SET NOT NULL/],
      },
    },
    {
      name: "typeorm 1.1.1, composite and deferred",
      sql: `ALTER TABLE "users" ADD "email" character varying;
ALTER TABLE "users" ADD CONSTRAINT "UQ_email_name" UNIQUE ("email", "name") DEFERRABLE INITIALLY DEFERRED;`,
      consequence: /built under a lock/,
      ddl: {
        expand: [
          /ADD COLUMN "email"/,
          ...build("UQ_email_name", `"email", "name"`),
          attach("UQ_email_name", " DEFERRABLE INITIALLY DEFERRED"),
        ],
        contract: [],
      },
    },
    {
      name: "typeorm 1.1.1, deferrable, checked at once",
      sql: `ALTER TABLE "users" ADD "email" character varying;
ALTER TABLE "users" ADD CONSTRAINT "UQ_2d4a15c7f8b3864a5465fb687ee" UNIQUE ("email", "name") DEFERRABLE INITIALLY IMMEDIATE;`,
      consequence: /built under a lock/,
      ddl: {
        expand: [
          /ADD COLUMN "email"/,
          ...build("UQ_2d4a15c7f8b3864a5465fb687ee", `"email", "name"`),
          attach("UQ_2d4a15c7f8b3864a5465fb687ee", " DEFERRABLE"),
        ],
        contract: [],
      },
    },
    {
      name: "typeorm 1.1.1, one to one: with its foreign key",
      sql: `ALTER TABLE "users" ADD "orgId" integer;
ALTER TABLE "users" ADD CONSTRAINT "UQ_1890588e47e133fd85670f187d6" UNIQUE ("orgId");
ALTER TABLE "users" ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;`,
      consequence: /built under a lock/,
      ddl: {
        expand: [
          /ADD COLUMN "orgId" integer$/,
          ...build("UQ_1890588e47e133fd85670f187d6", `"orgId"`),
          /FOREIGN KEY \("orgId"\) REFERENCES "orgs" \("id"\) ON UPDATE NO ACTION ON DELETE NO ACTION NOT VALID$/,
          attach("UQ_1890588e47e133fd85670f187d6"),
          /VALIDATE CONSTRAINT "FK_1890588e47e133fd85670f187d6"$/,
        ],
        contract: [],
      },
    },
  ],
});
