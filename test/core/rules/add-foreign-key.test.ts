import rule from "../../../core/src/rules/add-foreign-key.js";
import { ruleTester } from "../../support/rule-tester.js";

const foreignKey = (text: string) => `ALTER TABLE "Order" ADD CONSTRAINT "Order_teamId_fkey" FOREIGN KEY ${text};`;
const team = foreignKey(`("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE`);

ruleTester(rule, {
  safe: [
    { name: "on a new table", sql: `CREATE TABLE "Order" ("teamId" INTEGER); ${team}` },
    {
      name: "not valid already",
      sql: `ALTER TABLE "Order" ADD COLUMN "teamId" INTEGER; ${team.replace(";", " NOT VALID;")}`,
    },
    {
      name: "with a part that no unit describes",
      sql: `ALTER TABLE "Order" ADD COLUMN "teamId" INTEGER; ${foreignKey(`("teamId") REFERENCES "Team"("id") ON DELETE SET NULL ("teamId")`)}`,
      notice: /are checked while writes of "\w+" and "\w+" wait/,
    },
    {
      name: "over a column that rewrites the table: the greater hazard",
      sql: `ALTER TABLE "Order" ADD COLUMN "teamId" INTEGER GENERATED ALWAYS AS (1) STORED; ${team}`,
      notice: /every row of "\w+" is rewritten/,
    },
  ],
  unsafe: [
    {
      name: "over existing columns: one phase",
      sql: team,
      consequence: /checks all rows of "Order" under a lock, and blocks writes to "Order" and "Team" meanwhile/,
      ddl: {
        expand: [/ADD CONSTRAINT "Order_teamId_fkey" .* NOT VALID$/, /VALIDATE CONSTRAINT "Order_teamId_fkey"/],
        contract: [],
      },
    },
    {
      name: "replaced by one of the same name: in one step, and then validated",
      sql: `ALTER TABLE "Order" DROP CONSTRAINT "Order_teamId_fkey"; ${team}`,
      consequence: /checks all rows/,
      ddl: {
        expand: [
          /DROP CONSTRAINT "Order_teamId_fkey"[\s\S]*ADD CONSTRAINT "Order_teamId_fkey"[\s\S]*NOT VALID/,
          /VALIDATE CONSTRAINT "Order_teamId_fkey"/,
        ],
        contract: [],
      },
    },
    {
      name: "prisma 7.10, optional relation: one phase",
      sql: `-- AlterTable\nALTER TABLE "Order" ADD COLUMN     "teamId" INTEGER;\n\n-- AddForeignKey\n${team.replace("RESTRICT", "SET NULL")}\n`,
      consequence: /blocks writes to "Order" and "Team"/,
      ddl: {
        expand: [
          /ADD COLUMN "teamId" integer/,
          /ADD CONSTRAINT "Order_teamId_fkey" FOREIGN KEY \("teamId"\) REFERENCES "Team" \("id"\) ON UPDATE CASCADE ON DELETE SET NULL NOT VALID$/,
          /VALIDATE CONSTRAINT "Order_teamId_fkey"$/,
        ],
        contract: [],
      },
    },
    {
      name: "prisma 7.10, required relation with its index",
      sql: `ALTER TABLE "Order" ADD COLUMN     "teamId" INTEGER NOT NULL;\nCREATE INDEX "Order_teamId_idx" ON "Order"("teamId");\n${team}`,
      consequence: /checks all rows of "Order" under a lock/,
      ddl: {
        expand: [
          /ADD COLUMN "teamId" integer/,
          /CONCURRENTLY "Order_teamId_idx"/,
          /reads pg_index/,
          /ON DELETE RESTRICT NOT VALID/,
          /VALIDATE/,
        ],
        contract: [/VALIDATE/, /SET NOT NULL/],
      },
    },
    {
      name: "to the table itself: it is named once",
      sql: `ALTER TABLE "User" ADD COLUMN "managerId" INTEGER; ALTER TABLE "User" ADD CONSTRAINT "User_managerId_fkey" FOREIGN KEY ("managerId") REFERENCES "User"("id");`,
      consequence: /blocks writes to "User" meanwhile/,
      ddl: { expand: [/ADD COLUMN/, /REFERENCES "User" \("id"\) ON UPDATE NO ACTION/, /VALIDATE/], contract: [] },
    },
    {
      name: "composite, deferrable, to another schema",
      sql: `ALTER TABLE "User" ADD COLUMN "team" TEXT; ALTER TABLE "User" ADD CONSTRAINT "fk" FOREIGN KEY ("team", "name") REFERENCES "org"."Team"("code", "name") MATCH FULL ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;`,
      consequence: /"User" and "Team"/,
      ddl: {
        expand: [
          /ADD COLUMN/,
          /\("team", "name"\) REFERENCES "org"\."Team" \("code", "name"\) MATCH FULL ON UPDATE NO ACTION ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID/,
          /VALIDATE/,
        ],
        contract: [],
      },
    },
  ],
});
