/** The change as people write it by hand. */
export function naiveStatements(table: string, unique: string): readonly string[] {
  return [
    `ALTER TABLE ${table} ADD COLUMN "handle" TEXT`,
    `UPDATE ${table} SET "handle" = lower("email")`,
    `ALTER TABLE ${table} ALTER COLUMN "handle" SET NOT NULL`,
    unique,
  ];
}
