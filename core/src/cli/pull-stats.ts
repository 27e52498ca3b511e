import { LockstepError } from "../base/errors.js";
import { writeFiles } from "../base/files/write-files.js";
import { connect } from "../databases/connect.js";
import { type Stats, statsChange, statsFile } from "../dialect/stats/stats-file.js";
import { statsText } from "../review/stats.js";
import { nextText } from "../review/terminal.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";
import { chooseTargets } from "./targets.js";

/**
 * Reads a target's statistics and writes them into the repository. Reads only catalogs and statistics.
 *
 * @throws LS8002 several targets and none is named · errors of choosing a target and connecting
 */
export async function pullStats(invocation: Invocation): Promise<CommandResult> {
  const { io } = invocation;
  const { project, config } = await invocation.workspace("write");
  const named = textOption(invocation, "target");
  const [target, ...others] = await chooseTargets(config, project, io, named, true);
  if (others.length > 0 && target!.group === undefined)
    throw new LockstepError("LS8002", "There are several targets. Statistics come from one of them.", {
      hint: `npx lockstep stats --target ${target!.name}   # use the largest`,
    });
  const connection = await connect(target!.url, {
    applicationName: "lockstep stats",
    needsSession: false,
    isReadOnly: true,
  });
  let stats: Stats;
  try {
    const { pull } = await connection.dialect.ops.statistics();
    stats = { schemaVersion: 1, target: target!.name, dialect: connection.dialect.id, ...(await pull(connection)) };
  } finally {
    await connection.close();
  }
  writeFiles(project.root, [statsChange(project.root, stats)]);
  return {
    text: [statsText(stats, io.colors), nextText("Commit lockstep/stats.json.\nnpx lockstep rehearse", io.colors)].join(
      "\n",
    ),
    json: {
      file: statsFile,
      target: target!.name,
      tables: stats.tables.length,
      statements: stats.statements.length,
      blind: stats.blind,
    },
    exitCode: 0,
  };
}
