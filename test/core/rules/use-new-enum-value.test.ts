import rule from "../../../core/src/rules/use-new-enum-value.js";
import { ruleTester } from "../../support/rule-tester.js";

const addGuest = `-- AlterEnum\nALTER TYPE "Role" ADD VALUE 'GUEST';\n\n`;
const addsGuest = /^ALTER TYPE "Role" ADD VALUE 'GUEST';$/;

ruleTester(rule, {
  safe: [
    { name: "the value alone", sql: addGuest },
    { name: "no default", sql: `${addGuest}ALTER TABLE "User" ADD COLUMN "role" "Role";` },
    {
      name: "another enum with the same value",
      sql: `${addGuest}ALTER TABLE "User" ADD COLUMN "kind" "Kind" NOT NULL DEFAULT 'GUEST';`,
    },
  ],
  unsafe: [
    {
      name: "prisma 7.10, required with the new value as default",
      sql: `${addGuest}-- AlterTable\nALTER TABLE "User" ADD COLUMN     "role" "Role" NOT NULL DEFAULT 'GUEST';\n`,
      consequence: /rejects 'GUEST' in the transaction that adds it to the enum "Role"/,
      ddl: {
        expand: [addsGuest, /^ALTER TABLE "User" ADD COLUMN "role" "Role" DEFAULT 'GUEST' NOT NULL$/],
        contract: [],
      },
    },
    {
      name: "optional, and a list",
      sql: `${addGuest}ALTER TABLE "User" ADD COLUMN "role" "Role" DEFAULT 'GUEST',\nADD COLUMN "roles" "Role"[] DEFAULT ARRAY['MEMBER', 'GUEST']::"Role"[];`,
      consequence: /GUEST/,
      ddl: {
        expand: [addsGuest, /"role" "Role" DEFAULT 'GUEST', ADD COLUMN "roles" "Role"\[\] DEFAULT ARRAY/],
        contract: [],
      },
    },
    {
      name: "with an annotation for rows that exist",
      sql: `${addGuest}ALTER TABLE "User" ADD COLUMN "role" "Role" NOT NULL DEFAULT 'GUEST';\n-- role: @lockstep.backfill('MEMBER')`,
      consequence: /GUEST/,
      ddl: {
        expand: [
          addsGuest,
          /ADD COLUMN "role" "Role"; ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'GUEST'; CREATE/,
        ],
        contract: [/VALIDATE/, /SET NOT NULL/],
      },
    },
  ],
});
