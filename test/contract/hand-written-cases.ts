// What people write by hand, for every tool whose migrations they do it in.

/** A column with the values of its rows, required and unique in the end, and a statement beside it. */
export const byHand = [
  'ALTER TABLE "users" ADD COLUMN "handle" text',
  `UPDATE "users" SET "handle" = lower(email) WHERE "handle" IS NULL`,
  `ALTER TABLE "users"
     ALTER COLUMN "handle" SET NOT NULL,
     ADD CONSTRAINT "users_handle_key" UNIQUE ("handle")`,
  `INSERT INTO side.tags ("name") VALUES ('it''s'), ('a;b')`,
];

/** A migration that is refused, with nothing written. */
export interface Refusal {
  readonly code: string;
  readonly name: string;
  readonly up: readonly string[];
  /** What the model says about the column besides. */
  readonly fill?: string;
}

export const refusals: readonly Refusal[] = [
  {
    code: "LS2015",
    name: "several columns at once",
    up: [byHand[0]!, `UPDATE "users" SET ("handle", "name") = (email, "name")`, byHand[2]!],
  },
  {
    code: "LS2071",
    name: "one of several rows of another table",
    up: [
      byHand[0]!,
      `UPDATE "users" SET "handle" = l.label FROM side.labels l WHERE l.email <> users.email`,
      byHand[2]!,
    ],
  },
  {
    code: "LS2072",
    name: "a column that is converted",
    up: [
      byHand[0]!.replace("text", "text NOT NULL"),
      `ALTER TABLE "users" ALTER "handle" TYPE text USING upper("handle")`,
    ],
  },
  {
    code: "LS2073",
    name: "two transactions",
    up: [byHand[0]!, byHand[1]!, "COMMIT", "BEGIN", byHand[2]!],
  },
  {
    code: "LS2016",
    name: "a statement that reads the values",
    up: [...byHand.slice(0, 3), `INSERT INTO side.tags SELECT "handle" FROM "users"`],
  },
  { code: "LS4002", name: "a column that the model does not have", up: byHand.slice(0, 2) },
  { code: "LS2017", name: "an annotation that says something else", up: byHand, fill: "upper(email)" },
  {
    code: "LS2006",
    name: "a value that is NULL for a row",
    up: [byHand[0]!, `UPDATE users SET handle = nullif(name, 'User 3')`, byHand[2]!],
  },
];
