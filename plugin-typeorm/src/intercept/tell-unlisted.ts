import { relative, sep } from "node:path";
import { unlistedText } from "@lockstep/core/planning";
import type { Interception } from "./interception.js";
import { colors } from "./notices.js";
import type { Output } from "./output.js";
import { say } from "./say.js";

/**
 * TypeORM's own migration beside a list of classes: a change that passes edits nothing, so what is missing in the list is said.
 */
export function tellUnlisted(about: Interception): Output {
  return {
    async written(given, text) {
      const file = relative(about.root, given).split(sep).join("/");
      const { byHand } = await import("../registration/register.js");
      say(unlistedText([byHand({ file, text }, await about.project())], colors()));
    },
  };
}
