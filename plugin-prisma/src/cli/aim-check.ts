// A process of its own, see aim.ts: does the project name this database, in this environment? Exit code 0: yes.

import { text } from "node:stream/consumers";
import { ignoring, isNoBug } from "@lockstep/core/text";
import { findProject } from "../init/project.js";

const { root, url } = JSON.parse(await text(process.stdin)) as { root: string; url: string };
const project = await findProject(root).catch(ignoring(isNoBug));
if (project?.developmentUrl !== url) process.exit(1);
process.stdout.write(`${JSON.stringify(project.unsetVariables)}\n`);
