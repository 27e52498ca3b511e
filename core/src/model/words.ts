/** The form of an ORM's commands and annotations, for messages. */
export interface Words {
  /** `npx prisma migrate deploy`, `npm run migration:run`, `npm run build && npm run migration:run` */
  readonly deploy: string;
  /** Makes a failed migration run again: `npx prisma migrate resolve --rolled-back …`, then deploy. */
  recover(migration: string): string;
  /** Marks a migration as applied without running it: `npx prisma migrate resolve --applied …`. */
  skip(migration: string): string;
  /** Runs an SQL file on the database of the ORM's config: `npx prisma db execute --file …`. */
  execute(file: string): string;
  /** Run after the model changed, before the code is built: `npx prisma generate`. Undefined if nothing is generated. */
  readonly generate: string | undefined;
  /** Compiles what the ORM loads: `npm run build`, part of `deploy` and `develop`. Undefined if it loads the sources. */
  readonly build?: string | undefined;
  /** `npx prisma migrate dev`, `npm run migration:generate -- src/migrations/<Name>` */
  readonly develop: string;
  /** An annotation as written above a field: `/// @lockstep.backfill(<sql>)`. */
  annotation(text: string): string;
  /** The model's term for an advised change. Absent: the SQL term. */
  readonly advice?: AdviceWords;
  /** How a field declares another name in the database: `@map("name")`, `name: "name"`. */
  columnName(name: string): string;
}

/** What to write instead, by the id of an advice: `use @db.Timestamptz(3)`. */
export type AdviceWords = Readonly<Record<string, string>>;
