// A process of its own, see aim.ts: does the project use this database, in this environment? Exit code 0: yes.

import { text } from "node:stream/consumers";
import { ignoring, isNoBug } from "@lockstep/core/text";
import { findProject } from "../init/project.js";
import { asksOwnEngine } from "../with-lockstep.js";
import type { SeenConfig } from "./aim.js";

const { root, url } = JSON.parse(await text(process.stdin)) as { root: string; url: string };
const project = await findProject(root).catch(ignoring(isNoBug));
if (project?.developmentUrl !== url) process.exit(1);
const seen: SeenConfig = {
  unset: project.unsetVariables,
  isOwnEngine: project.startsEngine && asksOwnEngine(process.env),
};
process.stdout.write(`${JSON.stringify(seen)}\n`);
