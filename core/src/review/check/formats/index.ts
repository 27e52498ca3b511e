import type { Format } from "../format.js";
import github from "./github.js";
import gitlab from "./gitlab.js";
import junit from "./junit.js";
import markdown from "./markdown.js";
import sarif from "./sarif.js";
import terminal from "./terminal.js";

/** Every format of check, in the order of their names. This file is generated: npm run lists. */
export const formats: readonly Format[] = [github, gitlab, junit, markdown, sarif, terminal];
