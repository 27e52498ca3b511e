/** How the process ends when this error reaches the top. 1: the answer is no · 2: usage or config · 3: database or environment. */
/** 130: cancelled. */
export type ErrorExit = 1 | 2 | 3 | 130;

interface ErrorEntry {
  readonly title: string;
  readonly why: string;
  readonly next: string;
  readonly exit: ErrorExit;
}

/** Checks the entries. Declarations that plugins read get the codes, and not the texts. */
const entries = <Code extends string>(table: Readonly<Record<Code, ErrorEntry>>) => table;

/**
 * Every error that Lockstep can end in, one entry a cause. The docs pages `docs/errors/<code>.md` are made from this table.
 * A code is never used again for something else.
 */
export const errorTable = entries({
  LS1001: {
    title: "A migration's SQL cannot be parsed",
    why: "Lockstep judges statements by the grammar of the database. What cannot be parsed cannot be judged, and would fail in the database too.",
    next: "Correct the statement at the place named, or run the command with LOCKSTEP=off to pass the file through unread.",
    exit: 1,
  },
  LS1002: {
    title: "A fill expression cannot be parsed",
    why: "The expression becomes part of a trigger and of the backfill; both would fail.",
    next: "Correct the expression in the annotation: one SQL expression over the table's own columns.",
    exit: 1,
  },
  LS1003: {
    title: "An identifier is longer than the database takes",
    why: "PostgreSQL cuts names at 63 bytes silently, so two objects could end up with one name; MySQL and MariaDB refuse those over 64 characters.",
    next: 'Choose a shorter name for it in the database: @map("…") in schema.prisma, name: "…" among the options of an entity\'s decorator.',
    exit: 1,
  },
  LS1004: {
    title: "A migration makes its SQL in code",
    why: "What runs is known only when it runs, so nobody can say whether it is safe. The file is left alone.",
    next: "Write the statements as plain strings, or leave the migration as it is: what it does to tables that are in use has to be looked at by a person.",
    exit: 1,
  },
  LS2001: {
    title: "A required column has no value for the rows that exist",
    why: "The statement that the ORM generated fails on a table with rows, or on MySQL and MariaDB gives them an empty value without a word; and code that is already running cannot insert any more. Lockstep never invents values.",
    next: "Write above the field where the value comes from: @lockstep.backfill(<sql>), in a /// comment of schema.prisma or a doc comment of the entity.",
    exit: 1,
  },
  LS2002: {
    title: "One value for all rows of a unique column",
    why: "The same constant in every row violates the unique constraint as soon as there are two rows.",
    next: "Use an expression that differs from row to row, or drop the unique constraint.",
    exit: 1,
  },
  LS2003: {
    title: "A fill names an unknown column",
    why: "The expression is evaluated over the columns of the table that gets the new column, by their names in the database.",
    next: "Use the names of the database, quoted where they have capitals.",
    exit: 1,
  },
  LS2004: {
    title: "A fill is not an expression over its row",
    why: "A value is computed row by row, by a trigger and in small batches: from the columns of the row, and from what subqueries find for it in other tables. What numbers rows, walks through a whole table or reads the new column itself gives another value in every batch.",
    next: 'Write an expression over the row\'s own columns and look-ups by a key, as (SELECT t.plan FROM "Team" t WHERE t.id = "teamId"); on MySQL and MariaDB over columns of the row alone. Or take it from an SQL function that takes columns of this row, made by the same migration or by one before; from a function under fills in lockstep.config.ts, which may ask the database what it likes; or put the values into a table of their own in a migration before, and look them up there.',
    exit: 1,
  },
  LS2005: {
    title: "A fill has the wrong type",
    why: "The database would refuse to store the value in the new column.",
    next: "Cast the expression to the column's type.",
    exit: 1,
  },
  LS2006: {
    title: "A fill yields NULL",
    why: "Rows that stay NULL would stop the column from ever becoming required.",
    next: "Wrap the expression in coalesce(…), or correct the rows named.",
    exit: 1,
  },
  LS2007: {
    title: "Rows would get the same value where the model wants unique ones",
    why: "The unique constraint allows the value in one row: the others get none, and contract waits for them. Of a constraint over several columns it is the values together that must differ.",
    next: "Make the expression distinct, for example by appending the key, or correct the rows named.",
    exit: 1,
  },
  LS2008: {
    title: "An annotation cannot be understood",
    why: "A misspelt annotation, or one above a relation of Prisma or above the property that embeds a class, would silently be no annotation.",
    next: "Use @lockstep.backfill(<sql>), @lockstep.mirror(<sql>), @lockstep.write(<ts>), @lockstep.skip(<reason>), @lockstep.internal or @lockstep.exposed.",
    exit: 1,
  },
  LS2009: {
    title: "A table without a key",
    why: "The backfill goes through the table in the order of a key, so that it can stop and go on without missing a row. A primary key of any columns will do, and so will a unique index over columns that are NOT NULL.",
    next: "Give the table a primary key, or a unique index over required columns, in a change of its own first.",
    exit: 1,
  },
  LS2011: {
    title: "The relaxed model is not valid or differs from the plan",
    why: "After expand the ORM must see exactly what the database has; otherwise its next migration would undo the plan.",
    next: "Make the relation or attribute named optional in a change of its own, or run with LOCKSTEP=off.",
    exit: 1,
  },
  LS2012: {
    title: "A fill reads a column that goes away",
    why: "The fill runs in a trigger until contract. Without the column that it reads it gives no row a value.",
    next: "Leave the column as it is until the plan is done, and drop, rename or change it in a change of its own then.",
    exit: 1,
  },
  LS2013: {
    title: "A fill reads a column whose own plan is open",
    why: "Until that plan is done the column has no value in every row, so the fill would store wrong values.",
    next: "Finish the other plan first, or write the fill over the columns that it reads.",
    exit: 1,
  },
  LS2014: {
    title: "An annotation has no effect on this column",
    why: "A table that the same change makes has no rows to fill, a generated or identity column computes its own values, and a column that exists keeps those that it has: plans are made of new columns. Lockstep does not pass over what you wrote without a word.",
    next: "Remove the annotation. Rows of a column that exists are filled by an UPDATE of your own, before it becomes required; where one column went and another came, and that was taken for a rename, make the two changes one after the other.",
    exit: 1,
  },
  LS2015: {
    title: "An UPDATE by hand cannot become a backfill",
    why: "A backfill computes one value for each row, in small batches. The UPDATE as it stands would lock every row that it changes until the migration ends.",
    next: "Write the value above the field as @lockstep.backfill(<sql>), or as a function under fills in lockstep.config.ts, take the column out of the UPDATE, and run the command again. What else the UPDATE does belongs into a migration of its own.",
    exit: 1,
  },
  LS2016: {
    title: "A statement needs the values that a backfill gives later",
    why: "In phases rows get their values after this migration, outside of any deployment. The statement would run before that, and see NULL.",
    next: "Move the statement into a migration of its own that runs when the plan is done.",
    exit: 1,
  },
  LS2017: {
    title: "Two sources for one value",
    why: "The UPDATE of the migration and what the model says give rows that exist different values, and Lockstep does not choose.",
    next: "Keep one of the two: the annotation (or the function), or the UPDATE.",
    exit: 1,
  },
  LS2030: {
    title: "A mirror that could not follow its source",
    why: "A mirror gives a value to every row and follows its source until contract. In an optional column a NULL may be what code has chosen, a default gives new rows another value from the start, what is another value each time it is evaluated can be followed by nothing, and on MySQL and MariaDB no trigger can look for a unique value without locking others.",
    next: "Write @lockstep.backfill(<sql>) for an initial value, or make the field required without a default.",
    exit: 1,
  },
  LS2031: {
    title: "A sequence and an annotation for one column",
    why: "New rows take their numbers from the sequence, which starts at 1 and knows nothing of numbers that an expression has given: the same number would come twice.",
    next: 'Remove the annotation: every row that exists gets a number from the sequence. Or take the numbering off the field: autoincrement(), @Generated("increment").',
    exit: 1,
  },
  LS2060: {
    title: "A change of type that would lose the values of a column",
    why: "The ORM drops the column and adds it again, empty: the values of every row would be gone, and running code fails between the two. Lockstep alters the type in place where the database changes its catalogue alone, as from varchar(100) to varchar(200). Any other change of type reads or writes every row while nobody can write to the table, and on PostgreSQL not read it either.",
    next: "Keep the column, add one of the new type under another name with @lockstep.mirror(<sql>) or @lockstep.backfill(<sql>), and drop the old one when its plan is done. To let the values go all the same, write @lockstep.skip(<reason>) above the field.",
    exit: 1,
  },
  LS2061: {
    title: "A planned change also takes away what running code may use",
    why: "Whatever a plan does not rewrite runs in its first phase, before the code that does without it is deployed: running code would fail, and what was dropped would not come back when the plan is taken back.",
    next: "Put back what is dropped, in the model or by taking the statement out of the migration, and drop it in a change of its own: before this one, or when its plan is done.",
    exit: 1,
  },
  LS2062: {
    title: "A rename would lose the values of a column",
    why: "The ORM knows a column by its name: it drops the one that has no field any more and adds the other, empty. Running code fails between the two.",
    next: 'Let the field have the name that the column has in the database: @map("name") in schema.prisma, name: "name" among the options of an entity\'s decorator. To rename the column itself, keep it, add the other with @lockstep.mirror(<the old one>), and drop the old one when that plan is done.',
    exit: 1,
  },
  LS2020: {
    title: "A unique index that leaves out the partition key",
    why: "PostgreSQL checks uniqueness within each partition. So a unique index on a partitioned table has to include every column that the table is partitioned by, and cannot exist where it is partitioned by an expression.",
    next: 'Add the columns named to the constraint, as @@unique([tenantId, handle]) or @Unique(["tenantId", "handle"]), or drop it.',
    exit: 1,
  },
  LS2021: {
    title: "Rows of a table below this one cannot be filled",
    why: "The backfill goes through the rows of partitions and of tables that inherit, too. It needs the key there as well, without NULLs and with an index; and rows of foreign tables are on another server.",
    next: "Do what the message says for each table, then run the same command again.",
    exit: 1,
  },
  LS2022: {
    title: "A column whose phases nobody could write during",
    why: "MySQL and MariaDB add a column to a table with a FULLTEXT index or compressed rows only by writing the table again, and MariaDB makes a timestamp required, or any column beside an indexed or stored computed one, only with a copy that writes wait for. Lockstep's migrations demand a way that disturbs nobody: they would stop with an error.",
    next: "Take datetime in place of timestamp; or leave the column optional, without a fill. Else add it while nobody writes, or let pt-online-schema-change or gh-ost add it, and write @lockstep.skip(<reason>) above the field.",
    exit: 1,
  },
  LS2040: {
    title: "A value references a row that does not exist",
    why: "The foreign key refuses such a value, so the row gets none, and contract waits for it.",
    next: "Insert the rows that are missing, or write an expression that references rows that exist.",
    exit: 1,
  },
  LS2041: {
    title: "A foreign key on a partitioned table",
    why: "Before version 18 PostgreSQL checks all rows of a partitioned table at once, while nothing can be written to either table.",
    next: "Add the column in a change of its own and the foreign key by hand, partition by partition; or write @lockstep.skip(<reason>) in a comment above the field to let it pass as it is.",
    exit: 1,
  },
  LS2042: {
    title: "A new column inside the primary key",
    why: "A column of the primary key is never NULL, so there is no phase in which code that does not know the column can run: the statement fails on a table with rows, or locks it while the key is built.",
    next: "Add the column in this change and leave the key as it is; when its plan is done, change the key in a change of its own.",
    exit: 1,
  },
  LS2043: {
    title: "A required relation to rows that cannot exist yet",
    why: "Until the row that it references is inserted, the foreign key refuses the value: no row gets one, and contract would wait for all of them.",
    next: "Make what it references in a change of its own, deploy it and insert the rows; then add the relation. Or make the relation optional in this change.",
    exit: 1,
  },
  LS2050: {
    title: "A column has an annotation and a function",
    why: "Both say which value the rows that exist get. Lockstep does not choose between the two.",
    next: "Remove the annotation, or the entry under fills in lockstep.config.ts.",
    exit: 1,
  },
  LS2051: {
    title: "A function has no fallback",
    why: "A function cannot run inside a migration. Databases that apply all phases at once, such as preview and self-hosted ones, have no backfill in between.",
    next: 'Add a fallback to the entry: an SQL expression, or "refuse".',
    exit: 1,
  },
  LS2052: {
    title: "The function of a plan is missing or reads other columns",
    why: "The plan was made with a function of lockstep.config.ts, and only that function computes the values of the rows.",
    next: "Restore the entry under fills in lockstep.config.ts; it can go when the plan is done.",
    exit: 2,
  },
  LS2053: {
    title: "fills names an unknown model or field",
    why: "A misspelt entry would silently be no source of values.",
    next: "Use the names of the model, not those of the database.",
    exit: 2,
  },
  LS2054: {
    title: "A function has no effect on this column",
    why: "Functions fill columns that become required: the backfill comes back to a row whose inputs have changed meanwhile, until no row lacks a value. In an optional column a NULL may have been chosen, so it could not tell.",
    next: "Remove the entry under fills; where the field is optional, make it required instead.",
    exit: 1,
  },
  LS2070: {
    title: "A look-up without an index",
    why: "A fill looks at the other table once for every row: without an index it reads all of that table for each.",
    next: "Make the index that the message names, CONCURRENTLY and in a migration of its own, apply it, and run the command again. IN (SELECT …) reads a whole table: write it as EXISTS (SELECT … WHERE …), which an index can answer.",
    exit: 1,
  },
  LS2071: {
    title: "A look-up that may find several rows",
    why: "UPDATE … FROM then takes any of them, another one each time; a subquery fails.",
    next: "Look the row up by a primary key or a unique index, add one to the other table, or say which row counts: ORDER BY … LIMIT 1, min(…), max(…).",
    exit: 1,
  },
  LS2072: {
    title: "A new column is changed again in the same migration",
    why: "The column is added in one phase, filled in the next and becomes what it shall be in the last. The statement would run right after the first of them: it would fail, or take away what the other phases need.",
    next: "Say in ADD COLUMN what the column shall be in the end.",
    exit: 1,
  },
  LS2073: {
    title: "A migration with transactions of its own",
    why: "In phases the statements are divided among several files, each a transaction of its own. A BEGIN would stand in one file and its COMMIT in another. A BEGIN and a COMMIT around the whole file are understood, and left out.",
    next: "Leave BEGIN, COMMIT, ROLLBACK and SAVEPOINT out, or put what shall be a transaction of its own into a migration of its own.",
    exit: 1,
  },
  LS2074: {
    title: "down() runs a statement that no migration of the plan can run",
    why: "The plan takes back what it rewrites. Of this migration nothing else is left, so a further statement of down() would be lost.",
    next: "Remove the statement from down(), or move it with what it takes back into a migration of its own.",
    exit: 1,
  },
  LS2075: {
    title: "The plan would run between a statement and the one that redoes it",
    why: "One statement drops something, a later one makes it again, and statements between them need both. The plan adds a column between them, in a file of its own. Each file is a transaction, so the application would run without the constraint, index or type for a while.",
    next: "Put the statements that the message names, and those between them that need them, into a migration of their own.",
    exit: 1,
  },
  LS3001: {
    title: "plan.json was changed by hand",
    why: "Everything that runs was in the plan first; a plan that was edited no longer describes what was reviewed.",
    next: "Restore the file from version control.",
    exit: 1,
  },
  LS3002: {
    title: "plan.json is from a newer version of Lockstep",
    why: "This version may not know what the file says.",
    next: "Update Lockstep in this project: @lockstep/prisma or @lockstep/typeorm.",
    exit: 2,
  },
  LS3003: {
    title: "A held unit was changed after planning",
    why: "The file would be released as a migration although nobody planned it that way.",
    next: "Restore the file from version control.",
    exit: 1,
  },
  LS3004: {
    title: "A column already has an open plan",
    why: "Two plans for one column would undo each other.",
    next: "Finish the open plan first with npx lockstep next, or leave it with npx lockstep abandon.",
    exit: 1,
  },
  LS3005: {
    title: "No such plan",
    why: "The command needs a plan to work on.",
    next: "List the plans with: npx lockstep status",
    exit: 2,
  },
  LS3006: {
    title: "More than one plan is open",
    why: "The command works on one plan at a time.",
    next: "Name the plan.",
    exit: 2,
  },
  LS3007: {
    title: "plan.json cannot be read",
    why: "The file is damaged or incomplete.",
    next: "Restore the file from version control.",
    exit: 1,
  },
  LS3008: {
    title: "The plan is in another phase",
    why: "The command does not apply to the phase that the plan is in.",
    next: "Look at the plan with: npx lockstep status",
    exit: 1,
  },
  LS3009: {
    title: "An interrupted write cannot be finished",
    why: "A process was killed between two of its writes, and files were changed since.",
    next: "Look at the files named; keep or restore them, then delete lockstep/.journal.json.",
    exit: 1,
  },
  LS3010: {
    title: "A released migration was changed after planning",
    why: "The database ran, or will run, something else than the plan describes.",
    next: "Restore the file from version control.",
    exit: 1,
  },
  LS3011: {
    title: "A file that Lockstep never writes",
    why: "Plans write models, migrations, code and documents of the project, and nothing else: no settings of tools, nothing of git or of dependencies, nothing outside of the project. A journal of an interrupted write, or a link, that leads there was not made by a plan.",
    next: "Look at the file named. Where lockstep/.journal.json names it, delete that journal: it is never committed.",
    exit: 1,
  },
  LS3012: {
    title: "A write was interrupted and is not finished",
    why: "Some files of the project are from before it, some from after it: what this command would show or run is neither.",
    next: "npx lockstep repair",
    exit: 1,
  },
  LS3013: {
    title: "No such column in the models",
    why: "Which code may need a column is found by its model and its field, as the ORM's models name them.",
    next: "Name it as the model does: npx lockstep code User.alias. Without a name it is the newest column.",
    exit: 2,
  },
  LS3014: {
    title: "A plan and its migrations contradict each other",
    why: "A plan is one file, lockstep/<plan>/plan.json, and the migrations that it wrote. A merge can bring one without the other. Run like this, a migration could drop a column that nobody meant to drop, or skip what a gate asks for.",
    next: "Take both from the same branch, then run: npx lockstep status",
    exit: 1,
  },
  LS3015: {
    title: "A plan that says more than anybody can review",
    why: "People review the columns, the expressions and the SQL of a plan. What plan.json has besides has to follow from these: the SQL that a backfill runs, the conditions of the gates, the units that are held for later. It does not, so somebody or a merge has changed it.",
    next: "Restore lockstep/<plan>/plan.json from version control, and ask whoever changed it.",
    exit: 1,
  },
  LS3016: {
    title: "A write was interrupted on another branch",
    why: "Its files belong to that branch. Finished here, a plan of one branch would stand on another one.",
    next: "Check out the branch named, then run: npx lockstep repair",
    exit: 1,
  },
  LS3020: {
    title: "Another plan stands on what would be taken back",
    why: "Taking it back would break the other plan: its column, its index or what its fill reads would go. Two plans on one column do the same to each other.",
    next: "Abandon the plan named first, or finish this one. After a merge, do what the message says for these two plans.",
    exit: 1,
  },
  LS3021: {
    title: "A key or a relation needs what would be taken back",
    why: "The database refuses to drop a column while the key of its table or a foreign key of another table is over it.",
    next: "Remove the key or the relation in a change of its own and deploy it, then run the command again.",
    exit: 1,
  },
  LS3030: {
    title: "A migration that may have run is not rewritten",
    why: "A database that has it would never run what takes its place under the same name.",
    next: "Leave it as it is. Where it has run on the development database alone, take it back there (typeorm migration:revert, npx prisma migrate reset) and run the command again.",
    exit: 1,
  },
  LS3031: {
    title: "Other migrations come after the one to be rewritten",
    why: "The plan's migrations run last. What stands between could need what the first of them does, or the other way round.",
    next: "Rewrite the newest migration: give this one a later name, or rewrite it before the others are written.",
    exit: 1,
  },
  LS3032: {
    title: "No migration of this project",
    why: "Only a migration that the ORM would run can be rewritten: it keeps its place and its name.",
    next: "Name the file of a migration, as it stands in the project's migrations folder.",
    exit: 2,
  },
  LS4001: {
    title: "Files that must be edited have uncommitted changes",
    why: "Lockstep does not mix its edits with work in progress, and taking a plan back in some files only would break the code.",
    next: "Commit or stash the files named, then run the command again.",
    exit: 1,
  },
  LS4002: {
    title: "The model was not found",
    why: "Models are edited in lockstep with the database; without the model the next migration would take the column away.",
    next: "Restore the model, or leave the plan with npx lockstep abandon. Where something was renamed, give it the name of its table or column (@@map, @map; @Entity(…), name): the plan then follows.",
    exit: 1,
  },
  LS4003: {
    title: "No such place in the code",
    why: "If Lockstep ignored the name, it would edit or skip the wrong place.",
    next: "Name a place as npx lockstep code --all lists it: its file, file:line, a glob of files, or its key from --json.",
    exit: 2,
  },
  LS4004: {
    title: "The template of the feature flag cannot be used",
    why: "It becomes code in front of every read of a new column, and is found again by the flag's name: it has to be one expression that names the flag once.",
    next: 'Write in lockstep.config.ts, with the names of your own flags: toggle: { read: "flags.isOn({name})", import: \'import { flags } from "@/flags"\' }, or toggle: "openfeature".',
    exit: 2,
  },
  LS4005: {
    title: "A file was changed while the command ran",
    why: "What is written was made from the text as it was read: writing it would take the newer text away.",
    next: "Nothing was written. Run the command again.",
    exit: 1,
  },
  LS4006: {
    title: "git does not read the repository",
    why: "Without it Lockstep cannot tell which files have uncommitted changes, and which are ignored: it would mix its edits with work in progress.",
    next: "See what git says: git status. Where the folder belongs to another user, in a container say: git config --global --add safe.directory <folder>",
    exit: 3,
  },
  LS4007: {
    title: "Another command writes to the project",
    why: "Two commands that write the same plan, migrations and code at once would write a phase twice, or half of two.",
    next: "Run the command again once the other one has ended.",
    exit: 3,
  },
  LS4008: {
    title: "The project's folder cannot be written",
    why: "This command writes plans, migrations and code. It says so before it asks or changes anything.",
    next: "Give the user that runs the command the right to write there, or look only: --dry-run, npx lockstep status.",
    exit: 3,
  },
  LS5001: {
    title: "The backfill cannot start: expand is not applied on the target",
    why: "The column or its trigger is missing there, so there is nothing to fill.",
    next: "Deploy the expand migrations first: npx lockstep deploy",
    exit: 1,
  },
  LS5002: {
    title: "The backfill was cancelled",
    why: "Its position is kept in the target database.",
    next: "Run the same command again: it goes on where it stopped.",
    exit: 130,
  },
  LS5003: {
    title: "Another backfill of this plan is running on the target",
    why: "Two runners would do the same work twice.",
    next: "Wait for it, or end it first.",
    exit: 1,
  },
  LS5004: {
    title: "Rows cannot be filled",
    why: "After the whole table was passed, rows without a value are left that no further pass fills.",
    next: "Look at the rows named.",
    exit: 1,
  },
  LS5005: {
    title: "The backfill would set off triggers of your own",
    why: "Every filled row is an UPDATE: audit, outbox and updated_at triggers fire for it.",
    next: "If that is fine, run again with --allow-triggers.",
    exit: 1,
  },
  LS5006: {
    title: "The database refuses the value of a row",
    why: "A constraint, a trigger or the type of the column does not take what the fill yields for the rows named. All others that the run came to are filled, and stay so.",
    next: "Correct the rows named, or give them a value, then run the same command again.",
    exit: 1,
  },
  LS5007: {
    title: "The backfill gave way too often",
    why: "Other sessions hold locks on these rows for so long that even a batch of one row did not get through.",
    next: "Look at the sessions named, or run the same command again at a quieter time: it goes on where it stopped.",
    exit: 1,
  },
  LS5008: {
    title: "A fill cannot be computed or stored for some rows",
    why: "Neither the backfill nor the trigger gives such a row a value, and contract has to wait for all of them.",
    next: "Correct the expression so that it yields a fitting value for every row.",
    exit: 1,
  },
  LS5009: {
    title: "This one-time backfill may have run already",
    why: "In a column that stays optional NULL is a value that code may choose. Another pass would give such rows a value.",
    next: "Say what it shall do: --fill-nulls gives every row without a value one, --keep-nulls leaves them and counts the backfill as done.",
    exit: 2,
  },
  LS5010: {
    title: "Rows may have moved away from a pass that is made once",
    why: "A row whose key changes while the table is passed can get behind the pass before it was filled. A NULL that code chose meanwhile looks the same, so nobody but you can tell.",
    next: "Look at the rows named, then run the same command with --fill-nulls (they get a value) or --keep-nulls (they stay as they are).",
    exit: 2,
  },
  LS5011: {
    title: "The table's engine knows no transactions",
    why: "A batch that is interrupted would stay half written, and every batch would lock the whole table: a backfill would be an outage.",
    next: "Change the table to InnoDB at a quiet time: ALTER TABLE … ENGINE=InnoDB copies it, and nobody writes to it meanwhile. Then run the command again.",
    exit: 3,
  },
  LS5012: {
    title: "Replicas would store other values than the server",
    why: "The fill has another value each time, and binlog_format is STATEMENT: replicas run the statement again and compute their own. Nothing would say so.",
    next: "SET GLOBAL binlog_format = 'MIXED' (or 'ROW'), on replicas that write a log of their own first, and let the sessions of the application connect again. Or write a fill over the columns of the row.",
    exit: 1,
  },
  LS5013: {
    title: "The fill depends on the time zone, and so does the key",
    why: "The key has a TIMESTAMP. Where clocks change, two moments have the same local time, so the backfill works in UTC. The fill would have other values there than in the sessions of the application.",
    next: "Cancel the plan and fill the column by a function of lockstep.config.ts, or give the server a fixed offset as its time zone ('+01:00').",
    exit: 1,
  },
  LS5020: {
    title: "A table cannot be copied while writes go on",
    why: "Something that the tool needs is missing on the target, or would be lost. Nothing was changed.",
    next: "Look at the lines with a ✖: each says what to do. Then run the same command again.",
    exit: 1,
  },
  LS5021: {
    title: "The tool that copies a table failed",
    why: "The table is as it was: the copy takes its place in one statement at the end. What the run had made beside it was taken away, or is named.",
    next: "Read the tool's own words above the message, correct the cause, and run the same command again: it begins anew.",
    exit: 3,
  },
  LS5022: {
    title: "The copy of a table was cancelled",
    why: "The table is as it was. Triggers and the copy were taken away.",
    next: "Run the same command again: it begins anew.",
    exit: 130,
  },
  LS5023: {
    title: "The copy has another definition than the plan wants",
    why: "The tool ended without an error, and the table is not as the migration needs it: that one would stop.",
    next: "Compare SHOW CREATE TABLE with the change in the message. No row is lost: what the table was is in the copy with every row.",
    exit: 1,
  },
  LS5024: {
    title: "Nothing to copy",
    why: "The plan has no change for which the server copies a table, or the target is no MySQL or MariaDB.",
    next: "npx lockstep status says what the plan waits for.",
    exit: 1,
  },
  LS5025: {
    title: "The backfill was ended before it was done",
    why: "Somebody cancelled it, or the time that it was given is over. Its position is kept in the target database.",
    next: "Run the same command again: it goes on where it stopped.",
    exit: 1,
  },
  LS5026: {
    title: "There is no backfill to control",
    why: "pause, resume, cancel and set are kept with the backfill in the target database, for every process that works on it. It has not begun there.",
    next: "npx lockstep backfill run",
    exit: 1,
  },
  LS5027: {
    title: "A worker has lost its range of the backfill",
    why: "It was not heard of for a minute, so another worker took its rows over. What it did since is rolled back: no row is written twice.",
    next: "Nothing: it goes on with other rows.",
    exit: 1,
  },
  LS5028: {
    title: "There is no backfill to join",
    why: "Workers share what one of them has begun: the same plan, key and columns. Nobody has, or with others.",
    next: "Run it without --join, or bring this checkout up to date.",
    exit: 1,
  },
  LS5029: {
    title: "The process that leads the backfill has failed",
    why: "It tries the fills and looks back for rows that are left. What it says is about the whole backfill, so the others end, too.",
    next: "Correct what it names, then run the same command again.",
    exit: 1,
  },
  LS5030: {
    title: "The column of the backfill was dropped",
    why: "Its values went with it: there is nothing to fill any more. A plan that is taken back drops its column.",
    next: "See which plans are open: npx lockstep status",
    exit: 1,
  },
  LS5050: {
    title: "A function of lockstep.config.ts throws",
    why: "Without its answer these rows get no value. All rows before them are filled and stay filled.",
    next: "Correct the function or what it depends on, then run the same command again: it goes on where it stopped.",
    exit: 1,
  },
  LS5051: {
    title: "A function returned too few or too many values",
    why: "Each value belongs to the row at the same place. With another number nobody can say which is whose.",
    next: "Return one value for each row, in the same order: return rows.map((row) => …).",
    exit: 1,
  },
  LS5052: {
    title: "A function returned a value that the column cannot hold",
    why: "The database would refuse it, or store something else.",
    next: "Return values of the column's type.",
    exit: 1,
  },
  LS5053: {
    title: "A function returned no value for a row",
    why: "Rows that stay NULL would stop the column from ever becoming required.",
    next: "Return a value for every row, or correct the rows named.",
    exit: 1,
  },
  LS5054: {
    title: "A function returned the same value for rows that must differ",
    why: "The unique constraint would refuse the second row.",
    next: "Make the values distinct, for example by appending the key.",
    exit: 1,
  },
  LS5055: {
    title: "A function took too long",
    why: "It was asked to stop by its signal. Nothing is locked while it runs, but a call that never ends would never fill a row.",
    next: "Make the function quicker or let it give up by itself, then run the same command again.",
    exit: 1,
  },
  LS6001: {
    title: "Rows stand against a unique index",
    why: "No unique index can be built while two rows have the same values.",
    next: "Correct the rows named, then run the command again.",
    exit: 1,
  },
  LS6501: {
    title: "No server to try migrations on",
    why: "Migrations are tried on a database of their own, on a server of the target's major version: locks and query plans differ from version to version.",
    next: "Install the server's binaries: of PostgreSQL as a development dependency, of MySQL and MariaDB as the system does. Or name a server where databases may be made with --stage-url.",
    exit: 2,
  },
  LS6502: {
    title: "No rows can be made for a table",
    why: "A rehearsal needs rows like those of production. They are made from statistics, and something about this column is not in them.",
    next: "Say how the value is made, in rehearse.values of lockstep.config.ts: an SQL expression over the number n of a row.",
    exit: 2,
  },
  LS6503: {
    title: "The schema before the plan cannot be made",
    why: "A rehearsal runs the change on a database that does not have it yet: made from the repository's migrations, from a dump, or a copy of one.",
    next: "Take the schema from a dump: pg_dump --schema-only, then npx lockstep rehearse --from schema.sql.",
    exit: 2,
  },
  LS6504: {
    title: "The server of the stage does not tell what a rehearsal measures",
    why: "A rehearsal compares the locks that a plan states with those that were seen. What nobody can see must not look as if it had been compared.",
    next: "Let Lockstep start a server of its own, without --stage-url, or set on yours what the message names.",
    exit: 2,
  },
  LS6505: {
    title: "A build of the application does not serve on the stage",
    why: "rehearse.old and rehearse.new start the application as it is before the plan and behind it; requests need both.",
    next: "Type the command by hand with DATABASE_URL and PORT set, and mend what it prints.",
    exit: 2,
  },
  LS6506: {
    title: "A rehearsal cannot be read",
    why: "A report shows what was measured, and this file is not as npx lockstep rehearse wrote it, or a newer version of Lockstep wrote it.",
    next: "Rehearse the plan again: npx lockstep rehearse. Or remove the file: the report says what was not measured.",
    exit: 1,
  },
  LS6507: {
    title: "The load script of a rehearsal makes no requests",
    why: "What a phase does to an application is seen in the requests that it answers; without one a rehearsal would find nothing.",
    next: "Type the command by hand with LOCKSTEP_URL set to a build that serves, and mend what it prints.",
    exit: 2,
  },
  LS6601: {
    title: "Nothing can be watched",
    why: "A watch that sees nothing would say that all is well.",
    next: "Give the role what the message names, or name what measures the application in gates.readsSteady of lockstep.config.ts.",
    exit: 2,
  },
  LS6702: {
    title: "The history does not run on an empty database",
    why: "What a target should consist of is what its migrations make of an empty database. Where one of them fails there, nobody can say what is missing or too much.",
    next: "Correct the migration so that it runs on an empty database. Where it needs an extension that is not installed here, name a server that has it: --stage-url.",
    exit: 1,
  },
  LS6703: {
    title: "Migrations ran while the target was looked at",
    why: "What was read before and after does not belong together.",
    next: "When the deployment is over, run npx lockstep drift again.",
    exit: 1,
  },
  LS6704: {
    title: "The account is not told of everything that is compared",
    why: "MySQL and MariaDB leave out of their catalogue what an account may not use: a trigger that it is not told of would look like one that somebody has dropped.",
    next: "Grant what the message names to the account of the target. None of these rights changes anything by being there.",
    exit: 1,
  },
  LS6705: {
    title: "The schema of the target is not there",
    why: "What migrations make without naming a schema stands in the one that the URL names. Where that is missing, everything else in the database would count as made by hand.",
    next: "Correct the schema that the URL names, or deploy first: npx lockstep deploy.",
    exit: 1,
  },
  LS6706: {
    title: "The target could not be read in time",
    why: "Some definitions cannot be read while their table is locked, and nobody is made to wait behind Lockstep: it gives up after seconds.",
    next: "Run it again when whoever holds the table has ended; npx lockstep doctor names transactions that are open for long.",
    exit: 1,
  },
  LS6707: {
    title: "Looking for drift was cancelled",
    why: "The target is only read, and the server or the databases that were made to compare it with are gone.",
    next: "Run the same command again.",
    exit: 130,
  },
  LS7001: {
    title: "The ledger cannot be made or used",
    why: "Progress is kept on the target, in schema lockstep (MySQL and MariaDB: database lockstep), so that a backfill can go on after an interruption.",
    next: "Where the schema is missing, grant CREATE on the database to the role, or create the schema for it. Where it is there: GRANT USAGE ON SCHEMA lockstep and GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lockstep. On MySQL and MariaDB the message names the GRANT.",
    exit: 3,
  },
  LS7002: {
    title: "The database refuses a statement",
    why: "The database's own message says what is missing.",
    next: "Correct what the message names, then run the command again.",
    exit: 3,
  },
  LS7003: {
    title: "The ledger is from a newer version of Lockstep",
    why: "This version may not know what its rows say.",
    next: "Update Lockstep in this project: @lockstep/prisma or @lockstep/typeorm.",
    exit: 2,
  },
  LS7004: {
    title: "A row of the ledger cannot be read",
    why: "It was changed by another hand, so what it says about progress cannot be trusted.",
    next: "Delete the row named; the backfill then starts anew and keeps every value that is there.",
    exit: 3,
  },
  LS7005: {
    title: "The plan is made for another database system",
    why: "Its statements, types and expressions are those of the system that it was made on: another one refuses them, or does something else.",
    next: "Name a target of the plan's system, or take the plan back and make another on a development database of the target's.",
    exit: 2,
  },
  LS7020: {
    title: "A migration failed on the target",
    why: "The database refused it for a reason that trying again does not change, or nobody can tell from its text what it has done so far. Later migrations wait.",
    next: "Correct the cause that the message names, then run the deployment again.",
    exit: 3,
  },
  LS7021: {
    title: "A migration did not get its locks",
    why: "Other sessions held the table in every attempt. A migration never queues for long, because everybody else would queue behind it.",
    next: "Wait for the sessions named or end them, then run the deployment again.",
    exit: 3,
  },
  LS7022: {
    title: "A failed migration is in the way",
    why: "Prisma applies nothing while a migration is recorded as failed; TypeORM keeps no such record. Lockstep lets its own units run again by itself; what another migration has done so far only a person can tell.",
    next: "Look at what the migration did on the target, then record it as rolled back or as applied.",
    exit: 3,
  },
  LS7023: {
    title: "Another deployment is running on the target",
    why: "Two at once would run the same migrations twice, so the second one is kept out.",
    next: "Wait for it, then run the command again.",
    exit: 3,
  },
  LS7024: {
    title: "The deployment was cancelled",
    why: "It ends between two attempts. What the last one has left, in the ORM's record too, is put right by the next run.",
    next: "Run the same command again: it goes on where it stopped.",
    exit: 130,
  },
  LS7025: {
    title: "The target's server is too old for a pending migration",
    why: "The statement is not known there: it would fail, and stop all that is pending.",
    next: "Upgrade the server, or write the change without that feature and make the plan again.",
    exit: 3,
  },
  LS7026: {
    title: "The ORM's deployment left migrations out",
    why: "It ended well, and recorded none of them: what it loads is not what lies in the repository. A data source that is compiled loads what was built last.",
    next: "Build the project, then run the deployment again.",
    exit: 3,
  },
  LS7027: {
    title: "The target refuses a pending migration",
    why: "A right, a setting of the server, or the engine or form of a table stands against it. It was looked at first, as no transaction takes half of such a migration back. Nothing was applied.",
    next: "Each line with a ✖ says what to do. Then run the command again.",
    exit: 3,
  },
  LS7028: {
    title: "A tool has to copy a large table before its migration",
    why: "The server would copy the table while every write waits. The migration stopped as planned and changed nothing.",
    next: "Run npx lockstep online run, then run the deployment again: the migration finds the change done.",
    exit: 1,
  },
  LS7030: {
    title: "The evidence does not count",
    why: "A phase is released by what was true of this plan on this target a short while ago. Of another plan, phase or target, or of last week, it says nothing.",
    next: "Run lockstep verify on the same commit, where the database is reachable, and use what it writes within 24 hours.",
    exit: 2,
  },
  LS7031: {
    title: "Lockstep cannot tell which plans a build contains",
    why: "Contract is released once every service announces a build that writes the column. A build that is announced with plans it does not contain goes on writing rows without a value, and fails after contract.",
    next: "Name the commit that the build was made from: npx lockstep announce <service> --build <commit>",
    exit: 2,
  },
  LS7032: {
    title: "The target knows of a later undo than plan.json",
    why: "What was confirmed before an undo is not asked for again if plan.json is older than the target. A merge that kept the older file does this.",
    next: "Take plan.json and the migrations from the branch where the plan was taken back: git log --all -- <plan>/plan.json",
    exit: 3,
  },
  LS8001: {
    title: "No project was found here",
    why: "The command needs the root of a project that uses Prisma or TypeORM.",
    next: "Change to the folder with prisma.config.ts, or with the package.json that has typeorm among its dependencies; or name it with --cwd. For Prisma 6, npx lockstep init writes prisma.config.ts.",
    exit: 2,
  },
  LS8002: {
    title: "The configuration is not valid",
    why: "A wrong setting would be used silently.",
    next: "Correct the settings named in lockstep.config.ts.",
    exit: 2,
  },
  LS8003: {
    title: "A target has no URL",
    why: "Targets are named in lockstep.config.ts; their URL comes from the environment.",
    next: "Set the environment variable named.",
    exit: 2,
  },
  LS8004: {
    title: "The target cannot be reached",
    why: "Gates and backfills ask the target itself. Where nothing answers for half a minute, Lockstep looks over a second connection whether the server is still at work, and gives up a connection that is dead within a minute.",
    next: "Check the URL and that the database runs, then run the same command again.",
    exit: 3,
  },
  LS8005: {
    title: "An answer is needed, and there is no terminal to ask on",
    why: "Without a terminal Lockstep never asks.",
    next: "Give the flag named.",
    exit: 2,
  },
  LS8006: {
    title: "Unknown target",
    why: "The name is not in lockstep.config.ts.",
    next: "Use one of the names listed.",
    exit: 2,
  },
  LS8007: {
    title: "The ORM's config cannot be wrapped",
    why: "prisma.config.ts, or the file of TypeORM's data source, has a form that Lockstep does not edit.",
    next: "Wrap what it exports yourself, as the message shows.",
    exit: 2,
  },
  LS8008: {
    title: "No such topic",
    why: "Only codes and rules that exist can be explained.",
    next: "List them with: npx lockstep explain",
    exit: 2,
  },
  LS8009: {
    title: "The target is reached through a pooler in transaction mode",
    why: "It gives the server's session away between two transactions, and with it locks and settings: two backfills could run at once, and settings of ours would reach your application.",
    next: "Put the direct URL of the server, or one of the pooler in session mode, into the variable that the target takes its URL from.",
    exit: 3,
  },
  LS8010: {
    title: "A file cannot be read or written",
    why: "The disk is full or read-only, or the user that runs the command may not. Every file is written beside its place first, so none is half written.",
    next: "Make room, or give the right to it, then run the same command again. A write of several files that was interrupted is finished then; npx lockstep repair --dry-run looks first.",
    exit: 3,
  },
  LS8011: {
    title: "A package that Lockstep needs was replaced by another version",
    why: "Lockstep reads SQL and schemas with exactly the version that it was tried with; another one may read them differently, unnoticed.",
    next: "Take the package out of the overrides (resolutions) in package.json, and install again.",
    exit: 3,
  },
  LS8012: {
    title: "Prisma refuses the schema",
    why: "Lockstep knows models, keys and defaults from Prisma's own parser, which reads a schema as a whole or not at all.",
    next: "Correct the line named: npx prisma validate. If that accepts the schema, your Prisma has another version than the parser of @lockstep/prisma. Write the line as Prisma 7.10 accepts it (since 6.13 a view has no key: use @unique there), or update the older of the two.",
    exit: 2,
  },
  LS8013: {
    title: "Prisma and Lockstep read the schema differently",
    why: "Edits go where Lockstep sees a declaration. One that it reads differently from Prisma would be edited wrongly, so nothing is.",
    next: "Report the line named: it is a bug of Lockstep. Until it is fixed, write the line as npx prisma format leaves it, with brackets around lists of fields. Changes of other models are planned as always.",
    exit: 1,
  },
  LS8014: {
    title: "There is no commit to compare with",
    why: "New migrations are those that came after the branch left its base. Without the base nobody can tell them from old ones.",
    next: "Fetch it: git fetch origin <branch>, in CI with the whole history (actions/checkout: fetch-depth: 0). Or name another with --base, or check all with --all.",
    exit: 2,
  },
  LS8015: {
    title: "There are no migrations to check",
    why: "A check that looks at nothing would pass for ever.",
    next: "Run it in the folder that has them, or name files: npx lockstep check <file>. For the other ORM there is its own package: @lockstep/prisma, @lockstep/typeorm.",
    exit: 2,
  },
  LS8016: {
    title: "An option or argument cannot be so",
    why: "A value that does not exist, a file that cannot be read or written: the command would do something else than was meant.",
    next: "npx lockstep <command> --help lists the options.",
    exit: 2,
  },
  LS8017: {
    title: "A target names no database",
    why: "A target with eachSchema or eachFrom stands for many. With none a gate would open although nobody was asked.",
    next: "Correct eachSchema or eachFrom in lockstep.config.ts.",
    exit: 2,
  },
  LS8018: {
    title: "A worker has no lockstep command",
    why: "A job runs the command of the project, with the project's plans and config: the worker needs all three.",
    next: "Install @lockstep/prisma or @lockstep/typeorm where the worker runs, or name the project's folder: lockstepBackfill({ cwd }).",
    exit: 2,
  },
  LS8019: {
    title: "There is no job queue",
    why: "Jobs are kept by graphile-worker, in a schema that it makes on PostgreSQL. Nobody would run what is added elsewhere.",
    next: 'Make it, once: npm install graphile-worker, then npx graphile-worker --schema-only -c "$QUEUE_DATABASE_URL". With a schema of another name set GRAPHILE_WORKER_SCHEMA.',
    exit: 3,
  },
  LS8020: {
    title: "SQL of the repository would have power over the server, or needs it",
    why: "A dump and the migrations of a branch can be a stranger's. Lockstep runs them as a role that owns its databases and can neither run programs nor read or write files of the server.",
    next: "Take the statement that the message names out of the dump or the migration. For --stage-url name a role that is no superuser, or one that may make such a role.",
    exit: 2,
  },
  LS8021: {
    title: "There are more files than Lockstep lists",
    why: "A mounted disk, a data folder or a cache inside of the project would keep every command busy without end.",
    next: "Name the folders with code in lockstep.config.ts: code.include, or leave others out by code.exclude. To run the command for one package: npx lockstep --cwd <folder> <command>.",
    exit: 2,
  },
  LS8022: {
    title: "A file that Lockstep needs is too large",
    why: "A parser cannot be interrupted, so Lockstep bounds what it gets: 2 MB of a schema file, 8 MB of SQL.",
    next: "Split the file: a Prisma schema into several files in a folder, SQL into several migrations. Load data outside of migrations.",
    exit: 2,
  },
  LS8023: {
    title: "The Prisma schema is for a database that is not supported",
    why: "Lockstep knows the locks and the safe statements of PostgreSQL, MySQL and MariaDB only.",
    next: 'Use Lockstep in a project whose datasource has provider = "postgresql" or "mysql". Prisma\'s own commands run here as without Lockstep.',
    exit: 2,
  },
  LS8024: {
    title: "A confirmation has no name",
    why: "Only a person can know what is confirmed, and the target's ledger records who it was. A pipeline and a coding agent have a git user too, but that user is not the person.",
    next: 'Confirm it at a terminal. In a pipeline, name the person who confirms it: --by "<name>". An agent asks its user first.',
    exit: 2,
  },
  LS8025: {
    title: "A coding agent has to ask its user first",
    why: "The command deletes values that nothing brings back. Only the user of the agent can agree to that, after reading what is lost. What they wrote before counts as no agreement.",
    next: 'If the user agrees: set LOCKSTEP_USER_CONSENT="<their exact words>" for this one command. Lockstep records the words.',
    exit: 2,
  },
  LS8026: {
    title: "This version of Prisma is too old",
    why: "The Prisma config starts Lockstep, and Prisma reads it without experimental flags from 6.13 on. The tests run with 6.19 and 7.10.",
    next: "Update prisma and @prisma/client to 6.19.3, then run npx lockstep init again.",
    exit: 2,
  },
  LS9002: {
    title: "Prisma's schema engine failed",
    why: "The engine that Lockstep stands in front of did not answer as expected.",
    next: "Run the command with LOCKSTEP=off; if it fails too, the cause is outside of Lockstep.",
    exit: 3,
  },
  LS9004: {
    title: "Without a native engine Lockstep speaks to PostgreSQL only",
    why: "The WebAssembly build of Prisma's schema engine is connected to PostgreSQL by Lockstep; for other databases Prisma's own engine has to be installed.",
    next: "Let Prisma download its engines (LOCKSTEP=off npx prisma version), or name the schema engine in PRISMA_SCHEMA_ENGINE_BINARY. lockstep rewrite and lockstep check work without it.",
    exit: 3,
  },
  LS9003: {
    title: "The development database cannot be asked",
    why: "Fills are tried on the development database before anything is written.",
    next: "Start the database, then run the command again.",
    exit: 3,
  },
  LS9020: {
    title: "The ORM's own CLI was not found",
    why: "Migrations are run by the CLI of the project, in the version that the project uses.",
    next: "Install the project's dependencies, among them the ORM, then run the command again.",
    exit: 2,
  },
  LS9021: {
    title: "The ORM's config cannot be aimed at a target",
    why: "Whatever database the config names would be changed instead of the target.",
    next: "Wrap the config with withLockstep (npx lockstep init), or take the URL from an environment variable in it.",
    exit: 2,
  },
  LS9022: {
    title: "The ORM's CLI refused",
    why: "The wrapper asks the stock CLI for the SQL of a change, and has it apply what was written.",
    next: "Correct what its own message names, then run the command again.",
    exit: 3,
  },
  LS9023: {
    title: "A planned change also loses data",
    why: "Prisma asks before it drops something that has rows. The wrapper cannot hand that question on together with a plan.",
    next: "Make the two changes one after the other.",
    exit: 1,
  },
  LS9040: {
    title: "An entity is declared in a form that Lockstep does not edit",
    why: "Entities are edited as text, without running them. Options that come out of a function, or a type in two places, could mean something else than the text says.",
    next: "Write the options at the column itself, as an object with its type: @Column({ type: …, … }), then run the command again.",
    exit: 1,
  },
  LS9042: {
    title: "A value for one kind of rows would go to all kinds",
    why: "With single-table inheritance the rows of several entities stand in one table. A value that is right for one of them would be made up for the others.",
    next: "Read the column that tells the kinds apart in the expression; NULL leaves a row without a value.",
    exit: 1,
  },
  LS9043: {
    title: "TypeORM writes SQL that PostgreSQL cannot read",
    why: "TypeORM puts names and the text of defaults into its statements as they are. A quote in one of them ends it too early, and the statement fails in every database.",
    next: "Write the default as SQL, default: () => \"'it''s'\", or choose a name without a double quote.",
    exit: 1,
  },
  LS9050: {
    title: "Migrations have not run on the database that the entities are compared with",
    why: "TypeORM compares the entities with the database as it is. It would write again what those migrations do, and a plan would be made of a change that has one already.",
    next: "Run them on the development database (typeorm migration:run), then generate again.",
    exit: 1,
  },
  LS9051: {
    title: "Two copies of TypeORM",
    why: "The CLI runs one copy and the data source is made with another: they may differ in version, and the migrations would be written for the wrong one.",
    next: "Run the CLI that is installed beside the application, and keep one typeorm in the tree (npm ls typeorm shows them).",
    exit: 2,
  },
  LS9052: {
    title: "The command that generates migrations cannot be reached",
    why: "Something has loaded TypeORM's CLI in a way that Lockstep does not know, so it cannot put the plan's files in the place of the one that the CLI would write.",
    next: "Run the CLI by node, tsx or ts-node, without a bundler.",
    exit: 2,
  },
  LS9053: {
    title: "This version of TypeORM is too old",
    why: "The migrations of a plan rely on what TypeORM does since 0.3.11.",
    next: "Update typeorm to the newest 0.3 or 1.x.",
    exit: 2,
  },
  LS9054: {
    title: "The data source changes the database whenever it starts",
    why: "With synchronize: true TypeORM brings every database that the application connects to in line with the entities, at once and past every migration: a plan in phases could not be kept.",
    next: "Set synchronize to false outside of tests, then generate again.",
    exit: 2,
  },
  LS9055: {
    title: "An entity is ahead of its plan",
    why: "A plan that is under way has the column optional until contract; the entity says required. A migration for it would fail on rows without a value.",
    next: "Run migration:generate without --check and --dryrun: it makes the column optional again. The plan goes on with npx lockstep next.",
    exit: 1,
  },
  LS9056: {
    title: "An interrupted write has been finished",
    why: "An earlier command was stopped while it wrote. Its files are complete now, but this run had loaded the entities from before.",
    next: "Run the same command again.",
    exit: 1,
  },
  LS9057: {
    title: "Entities and database differ, and this change has not made the difference",
    why: "TypeORM compares the entities with the database as it is. Either may have changed without a migration: the database by hand, by synchronize or by another branch. Or a migration has made a column that no entity declares. The statements for such a difference would become part of this change, and would lose values.",
    next: "Bring the side that differs in line, then generate again. To write the migration by hand instead: npx typeorm migration:create <folder>/<Name>, its SQL, then npx lockstep rewrite <file>. LOCKSTEP=off writes what TypeORM says.",
    exit: 1,
  },
  LS9060: {
    title: "The data source cannot be loaded",
    why: "Where migrations are and which database is the development one stands in the data source alone, and the project's own command that loads it failed.",
    next: "Run the command as the project does (the runner is named above) and correct what it says, or name another one: typeorm: { run, dataSource } in lockstep.config.ts.",
    exit: 2,
  },
  LS9061: {
    title: "The data source of the project is not known",
    why: "TypeORM's CLI has to be told which file exports it, and nothing in the project says that in one way.",
    next: 'Name it in lockstep.config.ts: typeorm: { dataSource: "src/data-source.ts" }.',
    exit: 2,
  },
  LS9062: {
    title: "The data source is of a database that is not supported",
    why: "What is safe, and how it is made so, is known for PostgreSQL, MySQL and MariaDB.",
    next: 'Use Lockstep in the project whose data source has type: "postgres", "mysql" or "mariadb".',
    exit: 2,
  },
  LS9063: {
    title: "That file has no SQL to run",
    why: "It runs files of SQL, the migrations that a plan has written, and others whose statements stand in them as they run. What code puts together TypeORM alone knows.",
    next: "Name such a file: npx lockstep typeorm execute <file>. Other migrations run with migration:run.",
    exit: 2,
  },
  LS9064: {
    title: "What plans migrations is not installed",
    why: "The data source is wrapped, and what plans migrations is a package of its own, for development only: the application loads nothing but @lockstep/typeorm-wrapper.",
    next: "npm install --save-dev @lockstep/typeorm; LOCKSTEP=off leaves the migration to TypeORM alone.",
    exit: 2,
  },
});

export type ErrorCode = keyof typeof errorTable;

export interface ErrorContext {
  /** The next thing to type or to write; without it the table's own. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * An error that people can act on: a stable code, what happened (with names and places), why it matters, what to type next.
 * Everything else that is thrown is a bug of Lockstep and is shown with its stack.
 */
export class LockstepError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = "LockstepError";
    this.code = code;
    this.hint = context.hint ?? errorTable[code].next;
    this.details = context.details ?? {};
  }

  get why(): string {
    return errorTable[this.code].why;
  }
  get exitCode(): ErrorExit {
    return errorTable[this.code].exit;
  }
}

/** The error as people read it, without colours: `LS2001 …`, why, `Next …`. */
export function errorText(error: LockstepError): string {
  return `${error.code} ${error.message}\n${error.why}\nNext   ${error.hint}`;
}
