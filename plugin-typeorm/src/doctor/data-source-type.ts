import { type Check, warning } from "@lockstep/core/doctor";
import { otherType } from "../dialects/mysql.js";
import type { TypeormProject } from "../project.js";

export default {
  id: "data-source-type",
  title: "type of the data source",
  on: "target",
  async run({ connection, project }) {
    const { dialect } = project as TypeormProject;
    if (dialect !== "mysql" || connection.dialect.id !== "mariadb") return [];
    return [
      warning(otherType, {
        why: "TypeORM would write these columns again in each migration. Lockstep leaves such statements out where it can try them.",
        next: 'set type: "mariadb" in the data source, run migration:generate and review what it writes',
      }),
    ];
  },
} satisfies Check;
