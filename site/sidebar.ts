/** The pages in the order of a user's life: from trying it to writing a plugin. */

/** A page by its name in the sidebar. `file` is from the repository's root; of a folder every page is listed below its README. */
export interface Page {
  readonly text: string;
  readonly file: string;
}

export interface Section {
  readonly text: string;
  readonly pages: readonly Page[];
}

const page = (text: string, name: string): Page => ({ text, file: `docs/${name}` });

export const sections: readonly Section[] = [
  {
    text: "Try it",
    pages: [
      { text: "What it is", file: "site/index.md" },
      page("Check every pull request", "check.md"),
      page("Pull requests from forks", "forks.md"),
      page("All pages", "README.md"),
      page("Install and run", "install.md"),
      page("Supported versions", "supported-versions.md"),
      { text: "What is new", file: "CHANGELOG.md" },
    ],
  },
  {
    text: "Your first column",
    pages: [
      page("With Prisma", "first-column-prisma.md"),
      page("With TypeORM", "first-column-typeorm.md"),
      page("On MySQL and MariaDB", "mysql.md"),
      page("Where values come from", "annotations.md"),
      page("Recipes", "recipes.md"),
      page("A migration written by hand", "hand-written.md"),
    ],
  },
  {
    text: "Deploy",
    pages: [
      page("Deploying", "deploying.md"),
      page("Announce which build runs", "services.md"),
      page("Check reads after a deployment", "reads.md"),
      page("Rehearse before production", "rehearse.md"),
      page("Generate a report for approval", "report.md"),
      page("Coding agents", "agents.md"),
      page("Update Lockstep", "updating.md"),
    ],
  },
  {
    text: "Backfill at night",
    pages: [
      page("Backfills", "backfill.md"),
      page("Backfill reference", "reference-backfill.md"),
      page("Ten billion rows", "scale.md"),
      page("Large tables on MySQL", "online.md"),
    ],
  },
  { text: "Code edits", pages: [page("What is edited and offered", "code-edits.md")] },
  {
    text: "When something goes wrong",
    pages: [
      page("Troubleshooting", "troubleshooting.md"),
      page("Undo a phase or a plan", "ways-back.md"),
      page("Stop at the first anomaly", "watch.md"),
      page("Prepared statements", "prepared-statements.md"),
      page("Detect schema drift", "drift.md"),
    ],
  },
  {
    text: "Every command, rule and error",
    pages: [
      page("Commands", "commands.md"),
      page("Configuration", "configuration.md"),
      page("Terms and gates", "glossary.md"),
      page("Rules", "rules/README.md"),
      page("Advice", "advice.md"),
      page("Error codes", "errors/README.md"),
    ],
  },
  {
    text: "How it works",
    pages: [
      page("The lock frame", "lock-frame.md"),
      page("What is covered", "coverage.md"),
      page("What users notice", "benchmark.md"),
      page("Decisions", "decisions/README.md"),
    ],
  },
  {
    text: "Write a plugin",
    pages: [
      page("Write a plugin for your ORM", "write-a-plugin.md"),
      { text: "API of the core", file: "site/api/README.md" },
      page("Your first contribution", "contributing/README.md"),
      { text: "Work on Lockstep", file: "CONTRIBUTING.md" },
      { text: "Security", file: "SECURITY.md" },
    ],
  },
];

/** Folders that have a page of their own in the sidebar, and below it their pages where one of them is read. */
export const folders: readonly string[] = sections
  .flatMap(({ pages }) => pages)
  .flatMap(({ file }) =>
    file.endsWith("/README.md") && file !== "docs/README.md" ? [file.slice(0, -"README.md".length)] : [],
  );

/** @returns whether the page stands in the sidebar, by itself or in its folder */
export function isListed(file: string): boolean {
  return (
    folders.some((folder) => file.startsWith(folder)) ||
    sections.some(({ pages }) => pages.some((each) => each.file === file))
  );
}
