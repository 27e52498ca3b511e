import { ignoredFiles, isRepository, whyNotRead } from "../../../base/files/git.js";
import { type Check, ok, problem, warning } from "../../../dialect/check.js";

export default {
  id: "git",
  title: "version control",
  on: "project",
  async run({ project, migrations }) {
    const refusal = whyNotRead(project.root);
    if (refusal !== undefined)
      return [
        problem(`git does not read the repository: ${refusal}`, {
          why: "Without it Lockstep cannot tell which files have uncommitted changes, and edits none.",
          next: "git status",
        }),
      ];
    if (!isRepository(project.root))
      return [
        warning("the project is not in a git repository, or git is not installed", {
          why: "Plans live in version control: without it, edits are mixed with uncommitted work.",
          next: "git init",
        }),
      ];
    const files = ["lockstep/plan/plan.json", `${project.migrationsFolder}/${migrations.at(-1) ?? "1"}/migration.sql`];
    const ignored = [...ignoredFiles(project.root, files, true)].map((file) => file.split("/").slice(0, -2).join("/"));
    if (ignored.length === 0) return [ok("in a git repository; plans and migrations are not ignored")];
    return ignored.map((folder) =>
      problem(`git ignores ${folder}/`, {
        why: "What is not committed reaches neither reviewers nor production.",
        next: `remove it from .gitignore; find the line with: git check-ignore -v ${folder}/x`,
      }),
    );
  },
} satisfies Check;
