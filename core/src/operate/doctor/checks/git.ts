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
        problem(`git cannot read the repository: ${refusal}`, {
          why: "Without git, Lockstep cannot detect uncommitted changes, so it edits no files.",
          next: "git status",
        }),
      ];
    if (!isRepository(project.root))
      return [
        warning("the project is not in a git repository, or git is not installed", {
          why: "Plans belong in version control. Without it, edits mix with uncommitted work.",
          next: "git init",
        }),
      ];
    const files = ["lockstep/plan/plan.json", `${project.migrationsFolder}/${migrations.at(-1) ?? "1"}/migration.sql`];
    const ignored = [...ignoredFiles(project.root, files, true)].map((file) => file.split("/").slice(0, -2).join("/"));
    if (ignored.length === 0) return [ok("in a git repository; plans and migrations are not ignored")];
    return ignored.map((folder) =>
      problem(`git ignores ${folder}/`, {
        why: "Ignored files reach neither reviewers nor production.",
        next: `git check-ignore -v ${folder}/x   # shows the line to remove from .gitignore`,
      }),
    );
  },
} satisfies Check;
