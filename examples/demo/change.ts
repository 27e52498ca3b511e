/** The change of the story: every user gets a handle. */
export const column = "handle";

/** As people write it by hand. Explicitly one transaction: some versions of Prisma's engine run a file statement by statement. */
export const naiveMigration = `BEGIN;
ALTER TABLE "User" ADD COLUMN "handle" TEXT;
UPDATE "User" SET "handle" = lower("email");
ALTER TABLE "User" ALTER COLUMN "handle" SET NOT NULL;
CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");
COMMIT;
`;

/** For the Lockstep way the value stands where the column is declared. */
export const lockstepField = ["/// @lockstep.backfill(lower(email))", "handle    String   @unique"];

export const naiveField = ["handle    String   @unique"];

/** schema.prisma with the field after `name` of model User, as an editor would leave it. */
export function withField(schema: string, field: readonly string[]): string {
  const anchor = /^( *)name {2,}String$/m;
  if (!anchor.test(schema))
    throw new Error("schema.prisma of the example shop has no User.name to put the field after");
  return schema.replace(anchor, (line, indent: string) => [line, ...field.map((text) => indent + text)].join("\n"));
}
